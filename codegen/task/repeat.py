"""The task that runs a block again and again: Loop, TensorIterator, Scan and While are all this one."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.repeat_step import RepeatStep
from dldt.codegen.llvm.step import ProgramStep
from dldt.codegen.task.task import Block, Maker, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.dims import Dim, Symbol


@attrs.define(eq=False)
class Repeat(Task):
    """Runs ``block`` while fewer than ``trips`` turns have been made (None: any number) and ``condition`` holds (None:
    always). ``again`` is the tensor of the block that says whether another turn follows. In the block, ``turn`` is the
    number of turns made before; after the loop, ``count`` is the number of all. ``held`` are the tensors that live from
    the first turn to the last: values carried from turn to turn, results to which each turn adds, and tensors of which
    each turn reads a part."""

    block: Block
    trips: Dim | None
    condition: Tensor | None
    again: Tensor | None
    turn: Symbol
    count: Symbol
    go: tuple[Symbol, Symbol]
    held: tuple[Tensor, ...]

    @property
    def name(self) -> str:
        """See Task."""
        return "Loop"

    @property
    def reads(self) -> tuple[Tensor, ...]:
        """What it holds, and what decides whether a turn follows."""
        deciding = [tensor for tensor in (self.condition, self.again) if tensor is not None]
        return (*self.held, *deciding)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """See Task."""
        return (self.block,)

    @property
    def defines(self) -> tuple[Symbol, ...]:
        """See Task."""
        return (self.turn, self.count, *self.go)

    def steps(self, maker: Maker) -> list[ProgramStep]:
        """See Task."""
        condition, again = (None if t is None else maker.place(t) for t in (self.condition, self.again))
        body = maker.steps(self.block.tasks)
        return [RepeatStep(self.turn, self.count, body, self.trips, condition, again, self.go)]
