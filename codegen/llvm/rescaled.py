"""Products with fixed-point numbers, as few vector instructions."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir, vector
from dldt.compiler.types import DType

_HALF = 1 << 30
_LOW = (1 << 32) - 1


def high_product(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
    """x · y / 2^31, rounded, a half up. Lanes of 32 bits are multiplied as two vectors of 64 bits, those of even and
    those of odd number, as the machines have it."""
    x, y = b.unify(x, y)
    if x.lanes % 2 or not x.lanes:
        wide = b.mul(b.convert(x, "i64"), b.convert(y, "i64"))
        return b.convert(b.binary("ashr", b.add(wide, b.like(wide, _HALF)), b.like(wide, 31)), "i32")
    pairs = vector("i64", x.lanes // 2)
    first, second = b.bitcast(x, pairs), b.bitcast(y, pairs)
    width, half = b.const(pairs, 32), b.const(pairs, _HALF)
    even = b.add(b.mul(_signed(b, first, width), _signed(b, second, width)), half)
    odd = b.add(b.mul(b.binary("ashr", first, width), b.binary("ashr", second, width)), half)
    low = b.binary("and", b.binary("lshr", even, b.const(pairs, 31)), b.const(pairs, _LOW))
    high = b.binary("and", b.binary("shl", odd, b.const(pairs, 1)), b.const(pairs, -_LOW - 1))
    return b.bitcast(b.binary("or", low, high), x.type)


def shift_away(b: Builder, dtype: DType, x: Ir, exponent: Ir) -> Ir:
    """x / 2^exponent, rounded, a half away from zero. All places but one are shifted out before a half is added, which
    so cannot overflow."""
    x, exponent = b.unify(x, exponent)
    below, one = b.binary("ashr", x, b.like(x, 31)), b.like(x, 1)
    doubled = b.binary("ashr", b.add(x, below), b.sub(exponent, one))
    return b.binary("ashr", b.add(doubled, one), one)


def _signed(b: Builder, pairs: Ir, width: Ir) -> Ir:
    """The even lanes."""
    return b.binary("ashr", b.binary("shl", pairs, width), width)
