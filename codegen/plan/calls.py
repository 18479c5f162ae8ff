"""The calls of a program: its kernels in order, as functions on places in memory; equal kernels call one function."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import attrs

from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.kernels.library import Library
from dldt.codegen.llvm.place import Place
from dldt.codegen.llvm.row_tiles import LineBuffer, RowStage, RowTilesStep
from dldt.codegen.llvm.step import Call, ProgramStep
from dldt.codegen.llvm.versions_step import VersionsStep
from dldt.codegen.loop.reach import Reach
from dldt.codegen.plan.kernels import Functions, Kernels
from dldt.codegen.plan.row_tiles import room
from dldt.codegen.plan.row_tiling import line_buffer_bytes
from dldt.codegen.plan.sharing import Sharable, shared_steps
from dldt.codegen.plan.weights import WeightSegment
from dldt.codegen.task.implementation import Chosen
from dldt.codegen.task.task import Leaf, Program, RowTiles, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.dims import ceildiv, floordiv


@attrs.frozen
class Called:
    """One call of a kernel: the choice behind it, the function that it calls, whether threads share it, and the number
    of the run of row tiles that it belongs to (0: none)."""

    kernel: Kernel
    chosen: Chosen
    function: str
    shared: bool
    tiles: int


@attrs.define
class Calls:
    """All calls of a program, in order, with the functions, weights and scratch memory that they need."""

    library: Library
    weights: WeightSegment
    called: list[Called] = attrs.field(factory=list)
    scratch: int = 0
    """Bytes of scratch memory that each thread needs for itself."""
    row_tiles: list[int] = attrs.field(factory=list)
    """The number of kernels in each run of row tiles."""

    @property
    def kernels(self) -> list[Kernel]:
        """The kernel of every call."""
        return [called.kernel for called in self.called]

    @property
    def remarks(self) -> list[str]:
        """Remarks on single choices, for the user."""
        return [called.chosen.remark for called in self.called if called.chosen.remark]


def make_steps(program: Program, kernels: Kernels, functions: Functions, calls: Calls) -> list[ProgramStep]:
    """The steps of the program."""
    maker = _StepMaker(kernels, functions, calls)
    maker.share(program.tasks)
    return list(maker.steps(program.tasks))


@attrs.define
class _StepMaker:
    kernels: Kernels
    functions: Functions
    calls: Calls
    shared: dict[Leaf, list[bool]] = attrs.field(factory=dict)

    def place(self, tensor: Tensor) -> Place:
        """See Maker."""
        return self.calls.weights.place(tensor)

    def steps(self, tasks: Sequence[Task]) -> tuple[ProgramStep, ...]:
        """See Maker."""
        return tuple(step for task in tasks for step in task.steps(self))

    def share(self, tasks: Sequence[Task]) -> bool:
        """Choose which kernels threads share, for the least total time; inner blocks first. Whether they share any."""
        parts: list[tuple[Leaf | None, Sharable]] = []
        for task in tasks:
            if task.leaf is not None:
                parts += [(task.leaf, Sharable(k.work, k.extent)) for k, _ in self.kernels[task.leaf]]
                continue
            together = task.interleaved or any([self.share(block.tasks) for block in task.blocks])
            parts.append((None, Sharable(None, None) if together else Sharable(0, 1)))
        meeting = self.calls.library.target.cpu.fit.meeting
        decided = shared_steps([sharable for _, sharable in parts], meeting)
        for (leaf, _), shared in zip(parts, decided, strict=True):
            if leaf is not None:
                self.shared.setdefault(leaf, []).append(shared)
        return any(decided)

    def run(self, task: Leaf) -> list[ProgramStep]:
        """See Maker."""
        made = zip(self.kernels[task], self.functions[task], self.shared.get(task, []), strict=True)
        steps: list[ProgramStep] = []
        for sizes, group in groupby(made, key=lambda each: each[0][1].sizes):
            calls = tuple(self._call(*kernel, function, shared) for kernel, function, shared in group)
            if sizes is None:
                steps += calls
                continue
            last = steps.pop() if sizes.least else VersionsStep(sizes.dim, ())
            assert isinstance(last, VersionsStep)
            steps.append(attrs.evolve(last, versions=(*last.versions, (sizes.least, calls))))
        return steps

    def row_tiles(self, task: RowTiles) -> list[ProgramStep]:
        """One call for each task, and the line buffers between them."""
        calls, leaves = self.calls, task.leaves
        calls.row_tiles.append(len(leaves))
        stages: list[RowStage] = []
        buffers: list[LineBuffer] = []
        for number, leaf in enumerate(leaves):
            ((kernel, chosen),) = self.kernels[leaf]
            (function,) = self.functions[leaf]
            rows, height = kernel.implementation.rows, leaf.output.type.shape[2]
            assert rows is not None
            if number:
                buffers.append(_line_buffer(leaves[number - 1].output, rows.reach))
            call = self._call(kernel, chosen, function, True, len(calls.row_tiles))
            stages.append(RowStage(call, ceildiv(height, rows.made), rows.made, rows.positions, rows.blocks))
        taken = sum((line_buffer_bytes(leaf.output) for leaf in leaves[:-1]), start=0)
        calls.scratch = max(calls.scratch, taken if isinstance(taken, int) else room(calls.library.target))
        return [RowTilesStep(tuple(stages), tuple(buffers), leaves[0].output.type.shape[0], task.tile)]

    def _call(self, kernel: Kernel, chosen: Chosen, function: str, shared: bool, tiles: int = 0) -> Call:
        calls = self.calls
        shifts = kernel.shifts or (0,) * len(kernel.operands)
        places = [calls.weights.place(t).moved(shift) for t, shift in zip(kernel.operands, shifts, strict=True)]
        if kernel.packed is not None:
            places.append(calls.weights.packed(kernel.packed))
        if kernel.scratch:
            places.append(Place("scratch"))
            calls.scratch = max(calls.scratch, kernel.scratch)
        calls.called.append(Called(kernel, chosen, function, shared, tiles))
        slot = len(calls.called) - 1
        return Call(function, tuple(places), kernel.symbols, kernel.extent, shared, kernel.work, slot)


def _line_buffer(tensor: Tensor, reach: Reach) -> LineBuffer:
    rows, offset, whole, height = tensor.layout.rows, tensor.resolve().offset, tensor.bytes, tensor.type.shape[2]
    blocks = tensor.buffer.physical_shape[1]
    assert isinstance(blocks, int)
    return LineBuffer(blocks, rows, floordiv(whole, blocks * rows), offset, height, reach)
