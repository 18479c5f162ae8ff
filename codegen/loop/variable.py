"""Loop variables: numbers that change while a kernel runs."""

from __future__ import annotations

from typing import ClassVar

import attrs

from dldt.compiler.dims import Dim, Poly, Symbol


@attrs.frozen(cache_hash=True, repr=False)
class LoopVariable(Symbol):
    """A loop's variable, or a position that is read from data. Within a kernel, its name and number distinguish it from
    all others. ``within`` gives it bounds. Its text ends in a prime, ``k3'``, which no dim's text does."""

    is_size: ClassVar[bool] = False
    number: int | None = attrs.field(default=None, kw_only=True)

    def _spelled(self) -> str:
        return f"{self.label}'"

    @property
    def label(self) -> str:
        """The name and number."""
        return self.name if self.number is None else f"{self.name}{self.number}"

    def part(self, name: str) -> LoopVariable:
        """The variable of one of the loops into which this variable's loop is split."""
        return LoopVariable(self.label + name)

    def within(self, lower: int, upper: Dim | None = None) -> Poly:
        """The variable as a dim with known bounds ``[lower, upper]``."""
        return LoopVariable(self.name, lower, upper, number=self.number).dim
