"""pow for f32: 2^(y log2 |x|) in double, which is precise enough without further correction, and C's special cases."""

from __future__ import annotations

import math

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir, vector
from dldt.codegen.llvm.math.floats import bits_of, magnitude
from dldt.codegen.llvm.math.registry import math_function
from dldt.codegen.llvm.math.wide import exp2_wide, log2_wide


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
    return special_powers(b, x, y, result)


def special_powers(b: Builder, x: Ir, y: Ir, result: Ir) -> Ir:
    """``result`` (which is |x|ʸ) with the sign of xʸ, and with the special cases that C lists."""
    zero, one, infinity = b.like(x, 0.0), b.like(x, 1.0), b.like(x, math.inf)
    size, exponent = magnitude(b, x), magnitude(b, y)
    result = b.select(b.binary("and", b.compare("eq", size, one), b.compare("eq", exponent, infinity)), one, result)
    is_integer = b.compare("eq", b.intrinsic("llvm.trunc", y.type, y), y)
    half = b.mul(y, b.like(y, 0.5))
    is_odd = b.binary("and", is_integer, b.compare("ne", b.intrinsic("llvm.trunc", half.type, half), half))
    pattern = bits_of(b, x)
    is_negative = b.compare("lt", pattern, b.like(pattern, 0))
    result = b.select(b.binary("and", is_odd, is_negative), b.neg(result), result)
    # A finite negative base with an exponent that is no integer.
    inside = b.binary("and", b.compare("lt", x, zero), b.compare("gt", x, b.neg(infinity)))
    fractional = b.compare("ne", b.select(is_integer, zero, one), zero)
    result = b.select(b.binary("and", inside, fractional), b.like(x, math.nan), result)
    result = b.select(_is_nan(b, x, y), b.add(x, y), result)
    is_one = b.binary("or", b.compare("eq", x, one), b.compare("eq", y, zero))
    return b.select(is_one, one, result)


def _is_nan(b: Builder, x: Ir, y: Ir) -> Ir:
    return b.emit(vector("i1", x.lanes), f"fcmp uno {x}, {y.name}")
