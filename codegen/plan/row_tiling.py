"""Fused-row tiling: convolutions and poolings with tensors between them that are too large for the caches run in turns,
one tile of image rows at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import attrs

from dldt.codegen.kernels.choice import family_of
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.llvm.place import Place
from dldt.codegen.plan.arena import SLACK
from dldt.codegen.plan.row_tiles import Link, TiledRun, choose_cuts, is_worth, line_buffers, room, worth_from
from dldt.codegen.plan.stages import defined_dims
from dldt.codegen.plan.timeline import timeline
from dldt.codegen.task.implementation import Rows
from dldt.codegen.task.region import runtime_inputs
from dldt.codegen.task.size_range import SizeRange
from dldt.codegen.task.task import Block, BySize, Compute, Leaf, Program, RowTiles, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.dims import Dim, ceildiv, product
from dldt.compiler.errors import InternalError


def tile_rows(program: Program, on: Setting) -> list[RowTiles]:
    """Join the tasks that are to run in turns, and turn the tensors between them into line buffers. Returns the joined
    tasks."""
    return _Tiler(program, on).tile(program.tasks)


def links(program: Program, on: Setting) -> dict[Tensor, Link | str]:
    """Before rows are tiled: for the tensors between tasks that follow one another how these could run in turns, or why
    they cannot, for people."""
    tiler, found = _Tiler(program, on), dict[Tensor, Link | str]()
    for tasks in (program.tasks, *(block.tasks for holder in _holders(program.tasks) for block in holder.blocks)):
        found |= {maker.leaf.output: tiler.link(maker, reader) for maker, reader in pairwise(tasks) if maker.leaf}
    return found


def line_buffer_bytes(tensor: Tensor) -> Dim:
    """Bytes of a line buffer, with room after it for vectors that over-read."""
    return 64 * ceildiv(tensor.bytes + SLACK, 64)


class _Tiler:
    def __init__(self, program: Program, on: Setting) -> None:
        self.on = on
        self.large = on.sizes.large()
        self.readers: Counter[Tensor] = Counter()
        self.shared: set[Tensor] = set()
        for moment in timeline(program.tasks):
            if moment.leaf is not None:
                self._count(moment.leaf)
        for task in _holders(program.tasks):
            self.readers.update(task.reads)

    def _count(self, task: Leaf) -> None:
        """Count how many tasks read each tensor, and collect tensors that are parts of others or have parts."""
        read = list(task.reads) if task.region is not None else [*task.reads, task.output]
        self.readers.update(read)
        for tensor in (*read, task.output):
            if tensor.parent is not None:
                self.shared |= {tensor, tensor.parent}

    def tile(self, tasks: list[Task]) -> list[RowTiles]:
        """Join tasks of the list in place. Returns what was joined, in the list and in the blocks of its tasks."""
        joined = [made for task in tasks for block in task.blocks for made in self.tile(block.tasks)]
        found = [self.link(*each) for each in pairwise(tasks)]
        links = [None if isinstance(link, str) else link for link in found]
        for cut in reversed(choose_cuts(links, self.on.target)):
            run = [leaf for task in tasks[cut.first : cut.stop + 1] if (leaf := task.leaf) is not None]
            between = [link for link in links[cut.first : cut.stop] if link is not None]
            tiled, made = self._join(run, between, cut)
            tasks[cut.first : cut.stop + 1] = [made]
            joined.append(tiled)
        return joined

    def link(self, maker: Task, reader: Task) -> Link | str:
        """The link between two tasks; why there is none, unless tiling it is worth it, the second task reads it row by
        row, and nobody else reads it."""
        if maker.leaf is None or reader.leaf is None or maker.region is None or reader.region is None:
            return "one of them holds blocks of tasks"
        tensor, block = maker.leaf.output, self.on.target.block
        if tensor.place is not None or tensor in self.shared:
            return "it is an output, or part of another tensor"
        if self.readers[tensor] != 1:
            return "another task reads it too"
        if tensor.layout.block != block or not _reads_as_image(reader.leaf, tensor):
            return "it is no image in blocks that the next task reads as its data alone"
        image = tensor.buffer.physical_shape[1:]
        if len(image) != 4 or any(defined_dims(size) for size in image):
            return "its size is not known before the run"
        bytes = product(image) * tensor.type.dtype.size
        blocks, rows, width, _ = (self.large.of(size) for size in image)
        row = blocks * block * width * tensor.type.dtype.size
        if not is_worth(row * rows, self.on.target):
            return f"its {row * rows} bytes stay in a cache of {self.on.target.cpu.caches.l3} bytes anyway"
        made, read = _rows(maker.leaf), _rows(reader.leaf)
        if made is None or read is None:
            return "one of their families cannot work row by row"
        return Link(row, rows, read.reach, made.made, None if isinstance(bytes, int) else bytes)

    def _join(self, tasks: Sequence[Leaf], links: Sequence[Link], cut: TiledRun) -> tuple[RowTiles, Task]:
        """The tasks in turns, and the task that takes their place: where sizes are not known, it runs them in turns if
        the images are large."""
        worth = [SizeRange(link.bytes, worth_from(self.on.target)) for link in links if link.bytes is not None]
        if not worth:
            tiled = self._tiled(tasks, links, cut.tile)
            return tiled, tiled
        copies = _apart(tasks)
        tiled = self._tiled(copies, links, cut.tile)
        taken = sum((line_buffer_bytes(copy.output) for copy in copies[:-1]), start=0)
        where = (*worth, SizeRange(taken, end=room(self.on.target) + 1))
        return tiled, BySize(where, Block([tiled]), Block(list(tasks)))

    def _tiled(self, tasks: Sequence[Leaf], links: Sequence[Link], tile: int) -> RowTiles:
        offset: Dim = 0
        for number, (task, rows) in enumerate(zip(tasks, line_buffers(links, tile), strict=False)):
            tensor = task.output
            tensor.layout = attrs.evolve(tensor.layout, rows=rows)
            tensor.place = Place("line buffer", number, offset)
            offset += line_buffer_bytes(tensor)
        for task in tasks:
            self._run_by_rows(task)
        return RowTiles(Block(list(tasks)), tile)

    def _run_by_rows(self, task: Leaf) -> None:
        """Take the implementation that keeps to rows, for the task's tensors are line buffers now."""
        chosen = task.chosen[0]
        assert chosen.in_rows is not None
        parts = family_of(chosen.in_rows).match(task, self.on)
        if parts is None:
            raise InternalError(f"{task.name} cannot be done row by row as it was planned")
        (part,) = parts
        task.chosen = [attrs.evolve(chosen, part=part, implementation=chosen.in_rows, sizes=None)]


def _rows(task: Leaf) -> Rows | None:
    """How the task would run over the rows of its output; None where it cannot run row by row."""
    first, *others = task.chosen
    if any(other.part is not first.part for other in others) or first.in_rows is None:
        return None
    return first.in_rows.rows


def _apart(tasks: Sequence[Leaf]) -> list[Leaf]:
    """The same tasks, with tensors of their own between them."""
    between = {task.output: attrs.evolve(task.output) for task in tasks[:-1]}
    copies: list[Leaf] = []
    for task in tasks:
        assert isinstance(task, Compute)
        inputs = {value: between.get(tensor, tensor) for value, tensor in task.inputs.items()}
        copy = Compute(between.get(task.output, task.output), task.region, inputs)
        copy.chosen = task.chosen
        copies.append(copy)
    return copies


def _holders(tasks: Sequence[Task]) -> list[Task]:
    """The tasks that hold blocks, nested ones included."""
    inner = [task for holder in tasks for block in holder.blocks for task in _holders(block.tasks)]
    return [*(task for task in tasks if task.blocks), *inner]


def _reads_as_image(task: Leaf, tensor: Tensor) -> bool:
    """Whether the tensor is what the convolution reads, and nothing else of the task reads it."""
    assert task.region is not None
    values = [v for v, t in task.inputs.items() if t is tensor]
    reads = [(node, port) for node in task.region.nodes for port, v in runtime_inputs(node) if v in values]
    return reads == [(task.region.anchor, 0)]
