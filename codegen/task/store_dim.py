"""The task that writes a dim to memory as a number."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.step import ProgramStep
from dldt.codegen.llvm.store_dim_step import StoreDimStep
from dldt.codegen.task.task import Maker, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.dims import Dim


@attrs.define(eq=False)
class StoreDim(Task):
    """Stores ``dim`` in a tensor of one integer."""

    dim: Dim
    output: Tensor

    @property
    def name(self) -> str:
        """See Task."""
        return f"Store {self.dim}"

    @property
    def reads(self) -> tuple[Tensor, ...]:
        """Nothing."""
        return ()

    @property
    def writes(self) -> tuple[Tensor, ...]:
        """The output."""
        return (self.output,)

    def steps(self, maker: Maker) -> list[ProgramStep]:
        """See Task."""
        return [StoreDimStep(self.dim, maker.place(self.output), self.output.type.dtype)]
