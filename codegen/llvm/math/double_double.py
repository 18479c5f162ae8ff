"""Numbers as unevaluated sums of two floats, with error-free sums and products, for results that need more than one
float."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir

_SPLITTER = {"float": 2.0**12 + 1, "double": 2.0**27 + 1}


@attrs.frozen
class Pair:
    """high + low, where low is at most half a unit in the last place of high."""

    high: Ir
    low: Ir


def sum_ordered(b: Builder, x: Ir, y: Ir) -> Pair:
    """x + y exactly, for x = 0 or |x| >= |y| (Dekker)."""
    high = b.add(x, y)
    return Pair(high, b.sub(y, b.sub(high, x)))


def product(b: Builder, x: Ir, y: Ir) -> Pair:
    """x y exactly, except for overflow and underflow (Veltkamp's halves where multiply-add is not fused)."""
    high = b.mul(x, y)
    if b.target.fma:
        return Pair(high, b.fma(x, y, b.neg(high)))
    (x1, x2), (y1, y2) = _halves(b, x), _halves(b, y)
    low = b.sub(b.mul(x1, y1), high)
    low = b.add(b.add(low, b.mul(x1, y2)), b.mul(x2, y1))
    return Pair(high, b.add(low, b.mul(x2, y2)))


def _halves(b: Builder, x: Ir) -> tuple[Ir, Ir]:
    scaled = b.mul(x, b.like(x, _SPLITTER[x.element]))
    upper = b.sub(scaled, b.sub(scaled, x))
    return upper, b.sub(x, upper)


def multiply(b: Builder, x: Pair, y: Pair) -> Pair:
    """x y to about twice the precision."""
    exact = product(b, x.high, y.high)
    low = b.fma(x.high, y.low, b.fma(x.low, y.high, exact.low))
    return sum_ordered(b, exact.high, low)


def constant(b: Builder, x: Ir, high: float, low: float) -> Pair:
    """A constant of x's type."""
    return Pair(b.like(x, high), b.like(x, low))


def sum_exact(b: Builder, x: Ir, y: Ir) -> Pair:
    """x + y exactly (Knuth)."""
    high = b.add(x, y)
    second = b.sub(high, x)
    return Pair(high, b.add(b.sub(x, b.sub(high, second)), b.sub(y, second)))
