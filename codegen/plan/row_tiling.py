"""Chains: convolutions and poolings between which tensors are too large for the caches are run band by band."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import attrs

from dldt.codegen.kernels.choice import Choice
from dldt.codegen.kernels.convolution.kernel import rows_of
from dldt.codegen.kernels.kernel import POOLS, Rows, generic_kernels
from dldt.codegen.llvm.place import Place
from dldt.codegen.plan.arena import SLACK, steps_of
from dldt.codegen.plan.row_bands import Cut, Link, choose_chains, is_worth, windows
from dldt.codegen.task.region import runtime_inputs
from dldt.codegen.task.task import Branch, Chain, Compute, Copy, Program, Task
from dldt.codegen.task.tensor import Tensor


def link_chains(program: Program, choice: Choice) -> None:
    """Join the tasks that are to run band by band, and lay what is between them into windows."""
    _Linker(program, choice).link(program.tasks)


def window_bytes(tensor: Tensor) -> int:
    """Bytes of a window, with room for a vector to run over."""
    size = tensor.bytes
    assert isinstance(size, int)
    return -(-(size + SLACK) // 64) * 64


class _Linker:
    def __init__(self, program: Program, choice: Choice) -> None:
        self.choice = choice
        self.readers: Counter[Tensor] = Counter()
        self.shared: set[Tensor] = set()
        for task in steps_of(program.tasks):
            self._count(task)

    def _count(self, task: Task | None) -> None:
        """How many tasks read a tensor, and which tensors are parts of others or have parts."""
        read: list[Tensor] = []
        if isinstance(task, Branch):
            read = [task.condition]
        elif isinstance(task, Copy):
            read = [task.source, task.output]
        elif isinstance(task, Compute):
            read = list(task.inputs.values())
            self._count_parent(task.output)
        for tensor in read:
            self.readers[tensor] += 1
            self._count_parent(tensor)

    def _count_parent(self, tensor: Tensor) -> None:
        if tensor.parent is not None:
            self.shared |= {tensor, tensor.parent}

    def link(self, tasks: list[Task]) -> None:
        """The list with chains in it."""
        for task in tasks:
            if isinstance(task, Branch):
                self.link(task.then)
                self.link(task.otherwise)
        links = [self._link(*each) for each in pairwise(tasks)]
        for cut in reversed(choose_chains(links, self.choice.target)):
            run = [task for task in tasks[cut.first : cut.stop + 1] if isinstance(task, Compute)]
            between = [link for link in links[cut.first : cut.stop] if link is not None]
            tasks[cut.first : cut.stop + 1] = [_chain(run, between, cut)]

    def _rows(self, task: Task) -> Rows | None:
        if not isinstance(task, Compute) or task.region.anchor is None:
            return None
        if isinstance(task.region.anchor.op, POOLS):
            (kernel,) = generic_kernels(task, self.choice.target)
            return kernel.rows
        return rows_of(task, self.choice)

    def _link(self, maker: Task, reader: Task) -> Link | None:
        """What lies between two tasks, where it is worth a chain, the second reads it row by row, and nobody else."""
        if not isinstance(maker, Compute) or not isinstance(reader, Compute):
            return None
        tensor, block = maker.output, self.choice.target.block
        alone = self.readers[tensor] == 1 and tensor.place is None and tensor not in self.shared
        if not alone or tensor.layout.block != block or not _reads_as_image(reader, tensor):
            return None
        image = tensor.buffer.physical_shape[1:]
        sizes = [size for size in image if isinstance(size, int)]
        if not len(sizes) == len(image) == 4:
            return None
        blocks, rows, width, _ = sizes
        row = blocks * block * width * tensor.type.dtype.size
        if not is_worth(row * rows, self.choice.target):
            return None
        made, read = self._rows(maker), self._rows(reader)
        return None if made is None or read is None else Link(row, rows, read.reach, made.made)


def _reads_as_image(task: Compute, tensor: Tensor) -> bool:
    """Whether the tensor is what the convolution reads, and nothing else of the task reads it."""
    values = [v for v, t in task.inputs.items() if t is tensor]
    reads = [(node, port) for node in task.region.nodes for port, v in runtime_inputs(node) if v in values]
    return reads == [(task.region.anchor, 0)]


def _chain(tasks: Sequence[Compute], links: Sequence[Link], cut: Cut) -> Chain:
    offset = 0
    for number, (task, rows) in enumerate(zip(tasks, windows(links, cut.band), strict=False)):
        tensor = task.output
        tensor.layout = attrs.evolve(tensor.layout, rows=rows)
        tensor.place = Place("window", number, offset)
        offset += window_bytes(tensor)
    return Chain(tuple(tasks), cut.band)
