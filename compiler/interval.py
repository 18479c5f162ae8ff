"""Intervals of whole numbers, either end of which may be infinite: what is known of a dim's size."""

from __future__ import annotations

import math
from typing import NamedTuple


class Interval(NamedTuple):
    """All numbers from ``low`` to ``high``, both included."""

    low: float
    high: float

    def plus(self, other: Interval) -> Interval:
        """Where the sum of a number of each lies."""
        return Interval(self.low + other.low, self.high + other.high)

    def times(self, other: Interval) -> Interval:
        """Where the product of a number of each lies; 0 times what is not bounded is 0."""
        ends = [0.0 if 0 in (x, y) else x * y for x in self for y in other]
        return Interval(min(ends), max(ends))

    def floordiv(self, other: Interval) -> Interval:
        """Where the floor quotient of a number of each lies; nothing is known where the divisor may be 0 or less."""
        if other.low <= 0:
            return Interval(-math.inf, math.inf)
        ends = [_quotient(n, d) for n in self for d in other]
        return Interval(min(ends), max(ends))

    def extremum(self, kind: str, other: Interval) -> Interval:
        """Where the largest (kind ``max``) or the smallest (``min``) of a number of each lies."""
        pick = max if kind == "max" else min
        return Interval(pick(self.low, other.low), pick(self.high, other.high))

    def both(self, other: Interval) -> Interval:
        """What is known of a number that lies in both."""
        return Interval(max(self.low, other.low), min(self.high, other.high))


def _quotient(numerator: float, denominator: float) -> float:
    if math.isinf(denominator):
        return 0.0 if numerator >= 0 else -1.0
    return numerator if math.isinf(numerator) else numerator // denominator
