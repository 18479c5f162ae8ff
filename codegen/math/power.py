"""pow for f32: 2^(y log2 |x|) in double, wide enough that no special step for accuracy is needed; C's special cases."""

from __future__ import annotations

import math

from dldt.codegen.emit.builder import Builder
from dldt.codegen.emit.ir import Ir, vector
from dldt.codegen.math.floats import at_least, at_most, bits_of, horner, magnitude
from dldt.codegen.math.registry import math_function

# log2(1 + f) / f on [√½ - 1, √2 - 1], error 2^-38 (benchmarks/fit_polynomials.py: log2_wide)
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
# 2ʳ on |r| <= ½, error 2^-34 (benchmarks/fit_polynomials.py: exp2_wide)
_EXP2 = (
    0.9999999999616197,
    0.6931471807286829,
    0.24022651198758058,
    0.05550410352896793,
    0.009618027173274733,
    0.0013333922827881187,
    0.00015469317018978383,
    1.5201903833972776e-05,
)
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
_MAGIC = 1.5 * 2.0**52


def log2_wide(b: Builder, x: Ir) -> Ir:
    """log2 of positive normal doubles, relative error 2^-38; other inputs give some finite number."""
    pattern = bits_of(b, x)
    # 1024 is added to the exponent so that a logical shift does: AVX2 has no arithmetic one of 64 bits
    offset = b.add(b.sub(pattern, b.like(pattern, _SQRT_HALF_BITS)), b.like(pattern, 1024 << 52))
    biased = b.binary("lshr", offset, b.like(offset, 52))
    # an integer below 2^52 in the low bits of 2^52 is that float plus 2^52
    k = b.bitcast(b.binary("or", biased, b.like(biased, 0x4330000000000000)), x.type)
    k = b.sub(k, b.like(x, 2.0**52 + 1024.0))
    exponent = b.sub(b.binary("shl", biased, b.like(biased, 52)), b.like(biased, 1024 << 52))
    f = b.sub(b.bitcast(b.sub(pattern, exponent), x.type), b.like(x, 1.0))
    return b.fma(f, horner(b, f, _LOG2), k)


def exp2_wide(b: Builder, x: Ir) -> Ir:
    """2ˣ of doubles, relative error 2^-34; x is clamped to ±1000, NaN stays."""
    x = at_least(b, at_most(b, x, 1000.0), -1000.0)
    shifted = b.add(x, b.like(x, _MAGIC))
    fraction = b.sub(x, b.sub(shifted, b.like(x, _MAGIC)))
    pattern = bits_of(b, shifted)
    exponent = b.add(b.binary("shl", pattern, b.like(pattern, 52)), b.like(pattern, 1023 << 52))
    return b.mul(horner(b, fraction, _EXP2), b.bitcast(exponent, x.type))


@math_function("pow", "float")
def pow(b: Builder, x: Ir, y: Ir) -> Ir:
    """xʸ as in C: pow(±1, ±inf) = pow(1, NaN) = pow(NaN, 0) = 1; NaN for a negative x and a fractional y."""
    size = magnitude(b, x)
    zero, one, infinity = b.like(x, 0.0), b.like(x, 1.0), b.like(x, math.inf)
    wide = b.convert(size, "double")
    logarithm = log2_wide(b, wide)
    logarithm = b.select(b.compare("eq", size, zero), b.like(wide, -math.inf), logarithm)
    logarithm = b.select(b.compare("lt", size, infinity), logarithm, wide)
    result = b.convert(exp2_wide(b, b.mul(logarithm, b.convert(y, "double"))), "float")
    result = b.select(b.compare("eq", size, one), b.add(one, b.mul(y, zero)), result)
    return _special_cases(b, x, y, result)


def _special_cases(b: Builder, x: Ir, y: Ir, result: Ir) -> Ir:
    zero, one, infinity = b.like(x, 0.0), b.like(x, 1.0), b.like(x, math.inf)
    size, exponent = magnitude(b, x), magnitude(b, y)
    result = b.select(b.binary("and", b.compare("eq", size, one), b.compare("eq", exponent, infinity)), one, result)
    is_integer = b.compare("eq", b.intrinsic("llvm.trunc", y.type, y), y)
    half = b.mul(y, b.like(y, 0.5))
    is_odd = b.binary("and", is_integer, b.compare("ne", b.intrinsic("llvm.trunc", half.type, half), half))
    pattern = bits_of(b, x)
    is_negative = b.compare("lt", pattern, b.like(pattern, 0))
    result = b.select(b.binary("and", is_odd, is_negative), b.neg(result), result)
    # a finite negative base and an exponent that is no integer
    inside = b.binary("and", b.compare("lt", x, zero), b.compare("gt", x, b.neg(infinity)))
    fractional = b.compare("ne", b.select(is_integer, zero, one), zero)
    result = b.select(b.binary("and", inside, fractional), b.like(x, math.nan), result)
    result = b.select(_is_nan(b, x, y), b.add(x, y), result)
    is_one = b.binary("or", b.compare("eq", x, one), b.compare("eq", y, zero))
    return b.select(is_one, one, result)


def _is_nan(b: Builder, x: Ir, y: Ir) -> Ir:
    return b.emit(vector("i1", x.lanes), f"fcmp uno {x}, {y.name}")
