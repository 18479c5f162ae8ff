"""The task that finds dims while the model runs."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from dldt.codegen.llvm.define_step import DefineStep, LoadedDim, Room
from dldt.codegen.llvm.step import ProgramStep
from dldt.codegen.task.memory_stage import MemoryStage
from dldt.codegen.task.task import Maker, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.condition import Condition
from dldt.compiler.dims import Dim, Symbol

Source: TypeAlias = "tuple[Tensor, int] | Dim"
"""Where the value of a dim comes from: an element of a tensor of integers, or an expression of dims that are known."""

SLACK = 256
"""Bytes after a tensor that has a slot of its own, so that a vector load that reads past its end stays inside."""


@attrs.define(eq=False)
class Grown:
    """A tensor with a slot of its own that must have room for ``bytes``; the first ``kept`` bytes stay as they are."""

    tensor: Tensor
    bytes: Dim
    kept: Dim = 0


@attrs.define(eq=False)
class Define(Task):
    """Gives each dim its value, all at once; makes sure that conditions hold; then asks the host for the memory of
    ``stage`` and of the tensors in ``grown``, whose sizes are known now."""

    dims: tuple[tuple[Symbol, Source], ...]
    stage: MemoryStage | None = None
    grown: tuple[Grown, ...] = ()
    conditions: tuple[tuple[int, Condition], ...] = ()
    """What can be decided now, each with its number in the metadata."""

    @property
    def name(self) -> str:
        """See Task."""
        return "Define " + ", ".join(str(symbol) for symbol, _ in self.dims)

    @property
    def reads(self) -> tuple[Tensor, ...]:
        """The tensors that hold the values, and those that keep what they hold."""
        found = [source[0] for _, source in self.dims if isinstance(source, tuple)]
        return (*found, *(grown.tensor for grown in self.grown if grown.kept != 0))

    @property
    def defines(self) -> tuple[Symbol, ...]:
        """See Task."""
        return tuple(symbol for symbol, _ in self.dims)

    @property
    def stages(self) -> tuple[MemoryStage, ...]:
        """See Task."""
        return () if self.stage is None else (self.stage,)

    def steps(self, maker: Maker) -> list[ProgramStep]:
        """See Task."""
        dims = tuple((symbol, _value(source, maker)) for symbol, source in self.dims)
        rooms = [Room(maker.place(g.tensor).index, g.bytes + SLACK, g.kept) for g in self.grown]
        if self.stage is not None and self.stage.slot is not None:
            rooms.append(Room(self.stage.slot, self.stage.size))
        return [DefineStep(dims, tuple(rooms), self.conditions)]


def _value(source: Source, maker: Maker) -> LoadedDim | Dim:
    if not isinstance(source, tuple):
        return source
    tensor, position = source
    return LoadedDim(maker.place(tensor), tensor.type.dtype, position)
