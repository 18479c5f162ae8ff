"""Bounds of whole numbers, either of which may be infinite: what is known of a dim's size."""

from __future__ import annotations

import math
from typing import NamedTuple


class Bounds(NamedTuple):
    """All numbers from ``low`` to ``high``, both included."""

    low: float
    high: float

    def plus(self, other: Bounds) -> Bounds:
        """Where the sum of a number of each lies."""
        return Bounds(self.low + other.low, self.high + other.high)

    def times(self, other: Bounds) -> Bounds:
        """Where the product of a number of each lies; 0 times what is not bounded is 0."""
        ends = [0.0 if 0 in (x, y) else x * y for x in self for y in other]
        return Bounds(min(ends), max(ends))

    def floordiv(self, other: Bounds) -> Bounds:
        """Where the floor quotient of a number of each lies; nothing is known where the divisor may be 0 or less."""
        if other.low <= 0:
            return Bounds(-math.inf, math.inf)
        ends = [_quotient(n, d) for n in self for d in other]
        return Bounds(min(ends), max(ends))

    def extremum(self, kind: str, other: Bounds) -> Bounds:
        """Where the largest (kind ``max``), the smallest (``min``) or what the two broadcast to (``broadcast``) of a
        number of each lies."""
        if kind == "broadcast":
            least = 0 if min(self.low, other.low) < 1 else max(self.low, other.low)
            return Bounds(least, max(self.high, other.high))
        pick = max if kind == "max" else min
        return Bounds(pick(self.low, other.low), pick(self.high, other.high))

    def both(self, other: Bounds) -> Bounds:
        """What is known of a number that lies in both."""
        return Bounds(max(self.low, other.low), min(self.high, other.high))


def _quotient(numerator: float, denominator: float) -> float:
    if math.isinf(denominator):
        return 0.0 if numerator >= 0 else -1.0
    return numerator if math.isinf(numerator) else numerator // denominator
