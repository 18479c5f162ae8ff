"""The source of a kernel's loop variables while its operations are lowered."""

from __future__ import annotations

import attrs

from dldt.codegen.loop.ir import Axis
from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler.dims import Dim


@attrs.define
class Fresh:
    """Makes the loop variables of one kernel. They are numbered, so that no two are the same. Two equal kernels get
    equal variables."""

    _made: int = 0

    def variable(self, name: str) -> LoopVariable:
        """A new variable, different from all others."""
        number, self._made = self._made, self._made + 1
        return LoopVariable(name, number=number)

    def axis(self, name: str, upper: Dim, lower: Dim = 0) -> Axis:
        """An axis with a new variable."""
        return Axis(self.variable(name), upper, lower)
