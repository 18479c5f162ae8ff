"""exp: x = n ln 2 + r, a polynomial in r, and a scaling by 2ⁿ that rounds denormal results once."""

from __future__ import annotations

import attrs

from dldt.codegen.emit.builder import Builder
from dldt.codegen.emit.ir import Ir, vector
from dldt.codegen.math.floats import at_least, at_most, bits_of, horner
from dldt.codegen.math.registry import math_function

LOG2_E = 1.4426950408889634
# n * LN2_HIGH is exact for every |n| < 2^9, so that targets without fused multiply-add reduce as well
LN2_HIGH = 0.693359375
LN2_LOW = -2.12194440054690583e-4
MAGIC = 12582912.0  # 1.5 * 2^23: adding it leaves the nearest integer in the low bits

# (eʳ - 1 - r) / r² on |r| <= ln 2 / 2 (benchmarks/fit_polynomials.py: exp)
_EXP = (
    0.4999999403953552,
    0.16666515171527863,
    0.041668087244033813,
    0.008369299583137035,
    0.0013838341692462564,
)


@attrs.frozen
class Reduced:
    """eˣ = 2ⁿ (1 + tail). ``count`` is n as a float, ``shifted`` is n + MAGIC, whose low bits are the integer n."""

    tail: Ir
    count: Ir
    shifted: Ir


def reduce_exp(b: Builder, x: Ir) -> Reduced:
    """The parts of eˣ for |x| < 2^9 (f32); NaN gives a NaN tail."""
    shifted = b.fma(x, b.like(x, LOG2_E), b.like(x, MAGIC))
    count = b.sub(shifted, b.like(x, MAGIC))
    r = b.fma(count, b.like(x, -LN2_HIGH), x)
    r = b.fma(count, b.like(x, -LN2_LOW), r)
    return Reduced(b.fma(b.mul(r, r), horner(b, r, _EXP), r), count, shifted)


def power_of_two(b: Builder, shifted: Ir) -> Ir:
    """2ⁿ for -126 <= n <= 127 from n + MAGIC: its low bits move into the exponent field."""
    pattern = bits_of(b, shifted)
    exponent = b.binary("shl", pattern, b.like(pattern, 23))
    return b.bitcast(b.add(exponent, b.like(exponent, 0x3F800000)), shifted.type)


def scale(b: Builder, x: Ir, reduced: Reduced) -> Ir:
    """x 2ⁿ for |n| <= 252, rounded once where the result is denormal, infinite where it overflows."""
    if b.target.has_masks and x.lanes in (4, 8, 16):
        return _scale_by_instruction(b, x, reduced.count)
    pattern = bits_of(b, reduced.shifted)
    n = b.sub(pattern, b.like(pattern, 0x4B400000))
    half = b.binary("ashr", n, b.like(n, 1))
    return b.mul(b.mul(x, _exponent(b, half, x.type)), _exponent(b, b.sub(n, half), x.type))


def _exponent(b: Builder, n: Ir, type: str) -> Ir:
    return b.bitcast(b.binary("shl", b.add(n, b.like(n, 127)), b.like(n, 23)), type)


def _scale_by_instruction(b: Builder, x: Ir, count: Ir) -> Ir:
    mask = Ir("i16" if x.lanes == 16 else "i8", "-1")
    rounding = [b.const("i32", 4)] if x.lanes == 16 else []
    name = f"llvm.x86.avx512.mask.scalef.ps.{x.lanes * 32}"
    return b.intrinsic(name, vector("float", x.lanes), x, count, x, mask, *rounding, suffix="")


@math_function("exp", "float")
def exp(b: Builder, x: Ir) -> Ir:
    """eˣ"""
    # beyond these bounds the result is 0 or infinite; NaN passes both
    x = at_least(b, at_most(b, x, 89.0), -104.0)
    reduced = reduce_exp(b, x)
    return scale(b, b.add(reduced.tail, b.like(x, 1.0)), reduced)
