"""Variables of loops: numbers that run while a kernel does."""

from __future__ import annotations

import attrs

from dldt.compiler.dims import Dim, Poly, Symbol


@attrs.frozen(cache_hash=True, repr=False)
class LoopVariable(Symbol):
    """A loop's variable, or a position that is read from data: within a kernel, name and number tell it from all
    others. ``within`` gives it its bounds. Its text ends in a prime, ``k3'``, as no dim's does."""

    number: int | None = attrs.field(default=None, kw_only=True)

    def _spelled(self) -> str:
        return f"{self.label}'"

    @property
    def label(self) -> str:
        """Name and number."""
        return self.name if self.number is None else f"{self.name}{self.number}"

    def part(self, name: str) -> LoopVariable:
        """The variable of one of the loops into which this one's loop is cut."""
        return LoopVariable(self.label + name)

    def within(self, lower: int, upper: Dim | None = None) -> Poly:
        """The variable as a dim, known to lie in ``[lower, upper]``."""
        return LoopVariable(self.name, lower, upper, number=self.number).dim
