"""The step that finds dims while the model runs, and asks the host for the memory that depends on them."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.place import Place
from dldt.codegen.llvm.step import ProgramStep, ProgramWriter
from dldt.compiler.condition import Condition
from dldt.compiler.dims import Dim, Symbol
from dldt.compiler.types import DType


@attrs.frozen
class LoadedDim:
    """Element number ``position`` of a tensor of integers, which is a dim."""

    place: Place
    dtype: DType
    position: int


@attrs.frozen
class Room:
    """Slot number ``slot`` must have ``bytes``, of which the first ``kept`` stay as they are."""

    slot: int
    bytes: Dim
    kept: Dim = 0


@attrs.frozen
class DefineStep(ProgramStep):
    """The first thread gives each dim its value, all at once, makes sure that ``conditions`` hold (each with its number
    in the metadata), then asks for ``rooms``."""

    dims: tuple[tuple[Symbol, LoadedDim | Dim], ...]
    rooms: tuple[Room, ...] = ()
    conditions: tuple[tuple[int, Condition], ...] = ()

    @property
    def shared(self) -> bool:
        """See ProgramStep."""
        return False

    def write(self, program: ProgramWriter) -> None:
        """See ProgramStep."""
        values = [_value(source, program) for _, source in self.dims]
        for (symbol, _), value in zip(self.dims, values, strict=True):
            program.define(symbol, value)
        for number, condition in self.conditions:
            program.require(number, condition)
        for room in self.rooms:
            program.ensure(room.slot, room.bytes, room.kept)

    def shared_work(self) -> Iterator[Dim | None]:
        """See ProgramStep."""
        yield from ()


def _value(source: LoadedDim | Dim, program: ProgramWriter) -> Ir:
    if not isinstance(source, LoadedDim):
        return program.value(source)
    b, size = program.b, source.dtype.size
    address = b.gep(program.address(source.place), b.index(size * source.position))
    loaded = b.load(f"i{8 * size}", address, size)
    if size == 8:
        return loaded
    return b.emit("i64", f"{'sext' if source.dtype.is_signed else 'zext'} {loaded} to i64")
