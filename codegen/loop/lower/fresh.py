"""Where the loop variables of a kernel come from while its operations are lowered."""

from __future__ import annotations

import attrs

from dldt.codegen.loop.ir import Axis
from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler.dims import Dim


@attrs.define
class Fresh:
    """Makes loop variables of one kernel. They are numbered, so that no two are the same, and those of an equal kernel
    are the same again."""

    _made: int = 0

    def variable(self, name: str) -> LoopVariable:
        """A variable that no other is."""
        number, self._made = self._made, self._made + 1
        return LoopVariable(name, number=number)

    def axis(self, name: str, upper: Dim, lower: Dim = 0) -> Axis:
        """An axis with a variable of its own."""
        return Axis(self.variable(name), upper, lower)
