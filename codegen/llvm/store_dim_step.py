"""The step that writes a dim to memory as a number."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from dldt.codegen.llvm.divided import WorkLoad
from dldt.codegen.llvm.place import Place
from dldt.codegen.llvm.step import ProgramStep, ProgramWriter
from dldt.compiler.dims import Dim
from dldt.compiler.types import DType


@attrs.frozen
class StoreDimStep(ProgramStep):
    """The first thread stores ``dim`` as one number of type ``dtype``."""

    dim: Dim
    place: Place
    dtype: DType

    @property
    def shared(self) -> bool:
        """See ProgramStep."""
        return False

    @property
    def load(self) -> WorkLoad:
        """See ProgramStep."""
        return WorkLoad(1, 1)

    def write(self, program: ProgramWriter) -> None:
        """See ProgramStep."""
        b, size = program.b, self.dtype.size
        value = program.value(self.dim)
        if size < 8:
            value = b.emit(f"i{8 * size}", f"trunc {value} to i{8 * size}")
        b.store(value, program.address(self.place), size)

    def shared_work(self) -> Iterator[Dim | None]:
        """See ProgramStep."""
        yield from ()
