"""Remainders of f32, exact for every quotient: long division in double, 28 bits in each step."""

from __future__ import annotations

import math

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.instructions import mangle
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.floats import copy_sign, magnitude
from dldt.codegen.llvm.math.registry import math_function

_STEP = 28
# the largest quotient of two f32 is below 2^278
_STEPS = 10


@math_function("fmod", "float")
def fmod(b: Builder, x: Ir, y: Ir) -> Ir:
    """x - y trunc(x / y), with the sign of x, exact; NaN for an infinite x or y = 0, as in C."""
    rest, divisor = b.convert(magnitude(b, x), "double"), b.convert(magnitude(b, y), "double")
    quotient = b.fdiv(rest, divisor)
    long = b.compare("ge", quotient, b.like(quotient, 2.0**_STEP))
    anywhere = b.intrinsic("llvm.vector.reduce.or", "i1", long, suffix=mangle(long.type)) if long.lanes else long
    wide = b.choose(anywhere, lambda: _long_division(b, rest, divisor), lambda: _step(b, rest, divisor))
    result = b.select(b.compare("lt", magnitude(b, x), magnitude(b, y)), x, copy_sign(b, b.convert(wide, "float"), x))
    finite = b.compare("lt", magnitude(b, x), b.like(x, math.inf))
    return b.select(finite, result, b.like(x, math.nan))


def _step(b: Builder, rest: Ir, divisor: Ir) -> Ir:
    """rest mod divisor for quotients below 2^29. The product has at most 53 bits, so the difference is exact. If the
    quotient is rounded up to the next integer the difference is negative, and is corrected once."""
    quotient = b.intrinsic("llvm.trunc", rest.type, b.fdiv(rest, divisor))
    difference = b.sub(rest, b.mul(quotient, divisor))
    return b.select(b.compare("lt", difference, b.like(rest, 0.0)), b.add(difference, divisor), difference)


def _long_division(b: Builder, rest: Ir, divisor: Ir) -> Ir:
    for k in reversed(range(_STEPS)):
        rest = _step(b, rest, b.mul(divisor, b.like(divisor, 2.0 ** (_STEP * k))))
    return rest


@math_function("mod", "float")
def floor_mod(b: Builder, x: Ir, y: Ir) -> Ir:
    """x - y floor(x / y), with the sign of y, as numpy's: rounded once where fmod and y have opposite signs."""
    rest = fmod(b, x, y)
    zero = b.like(x, 0.0)
    opposite = b.compare("ne", b.compare("lt", rest, zero), b.compare("lt", y, zero))
    shifted = b.select(opposite, b.add(rest, y), rest)
    is_zero = b.compare("eq", rest, zero)
    return b.select(is_zero, copy_sign(b, zero, y), shifted)
