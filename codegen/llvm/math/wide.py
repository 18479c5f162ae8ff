"""f32 functions computed in double: polynomials of 2^-37 relative error, so that only the last rounding to f32
counts."""

from __future__ import annotations

import math

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.floats import at_least, at_most, bits_of, polynomial, round_nearest

_LOG2_E = 1.4426950408889634
_LN2 = 0.6931471805599453

# log2(1 + f) / f on [√½ - 1, √2 - 1] (benchmarks/fit_polynomials.py: log2_wide)
_LOG2 = (
    1.4426950408865689,
    -0.7213475203275315,
    0.4808983488073879,
    -0.36067379314502046,
    0.28853879518629455,
    -0.24044643288521883,
    0.20610714662463567,
    -0.18043678029283924,
    0.16021620386142219,
    -0.1424979912109773,
    0.1302798423691676,
    -0.13463603219812842,
    0.13249744618130108,
    -0.06971281875299454,
)
# (2ʳ - 1) / r on |r| <= ½ (benchmarks/fit_polynomials.py: exp2_wide)
_EXP2 = (
    0.693147180556872,
    0.24022650696489997,
    0.05550410906054673,
    0.009618128942331616,
    0.0013333478749853174,
    0.00015403629672245002,
    1.5303630481249435e-05,
    1.3215476387340116e-06,
)
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD


def log2_wide(b: Builder, x: Ir, offset: Ir | None = None) -> Ir:
    """log2 of positive normal doubles; other inputs give some finite number. ``offset`` is x - 1, given where it is
    known more precisely than x."""
    pattern = bits_of(b, x)
    # 1024 is added to the exponent so that a logical shift will do: AVX2 has no arithmetic shift of 64 bits.
    biased = b.add(b.sub(pattern, b.like(pattern, _SQRT_HALF_BITS)), b.like(pattern, 1024 << 52))
    biased = b.binary("lshr", biased, b.like(biased, 52))
    # Putting an integer below 2^52 into the low bits of 2^52 gives that integer as a float, plus 2^52.
    k = b.bitcast(b.binary("or", biased, b.like(biased, 0x4330000000000000)), x.type)
    k = b.sub(k, b.like(x, 2.0**52 + 1024.0))
    exponent = b.sub(b.binary("shl", biased, b.like(biased, 52)), b.like(biased, 1024 << 52))
    f = b.sub(b.bitcast(b.sub(pattern, exponent), x.type), b.like(x, 1.0))
    if offset is not None:
        f = b.select(b.compare("eq", k, b.like(k, 0.0)), offset, f)
    return b.fma(f, polynomial(b, f, _LOG2), k)


def log1p_wide(b: Builder, x: Ir) -> Ir:
    """log(1 + x) of doubles that came from f32 arithmetic: -inf at -1, NaN below; inf and NaN stay as they are."""
    result = b.mul(log2_wide(b, b.add(x, b.like(x, 1.0)), x), b.like(x, _LN2))
    result = b.select(b.compare("lt", x, b.like(x, math.inf)), result, x)
    result = b.select(b.compare("eq", x, b.like(x, -1.0)), b.like(x, -math.inf), result)
    return b.select(b.compare("lt", x, b.like(x, -1.0)), b.like(x, math.nan), result)


def _exp2_parts(b: Builder, x: Ir) -> tuple[Ir, Ir]:
    """2ⁿ and 2ʳ - 1 for x = n + r."""
    x = at_least(b, at_most(b, x, 1000.0), -1000.0)
    count, shifted = round_nearest(b, x)
    r = b.sub(x, count)
    pattern = bits_of(b, shifted)
    exponent = b.add(b.binary("shl", pattern, b.like(pattern, 52)), b.like(pattern, 1023 << 52))
    return b.bitcast(exponent, x.type), b.mul(r, polynomial(b, r, _EXP2))


def exp2_wide(b: Builder, x: Ir) -> Ir:
    """2ˣ of doubles; x is clamped to ±1000, NaN stays."""
    power, tail = _exp2_parts(b, x)
    return b.fma(power, tail, power)


def expm1_wide(b: Builder, x: Ir) -> Ir:
    """eˣ - 1 of doubles of magnitude below 690; small results have full relative accuracy."""
    power, tail = _exp2_parts(b, b.mul(x, b.like(x, _LOG2_E)))
    return b.fma(power, tail, b.sub(power, b.like(x, 1.0)))
