"""Remainders, exact for every quotient: long division, of f32 in double with 28 bits in each step, of f64 by fused
products with 50 bits, or by products of parts with 24 where the machine has no fused ones."""

from __future__ import annotations

import math

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.instructions import mangle
from dldt.codegen.llvm.ir import Ir, vector
from dldt.codegen.llvm.math.floats import copy_sign, magnitude
from dldt.codegen.llvm.math.registry import math_function

_STEP = 28
# the largest quotient of two f32 is below 2^278
_STEPS = 10
_FUSED_STEP, _SPLIT_STEP = 50, 24
# the largest quotient of two f64 is below 2^2098
_WIDE_BITS = 2098
_UPPER_BITS = -(1 << 27)
"""The bits of a f64 without the lower 27 of its fraction."""


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


@math_function("fmod", "double")
def fmod_double(b: Builder, x: Ir, y: Ir) -> Ir:
    """As that of f32."""
    rest, divisor = magnitude(b, x), magnitude(b, y)
    long = b.compare("ge", b.fdiv(rest, divisor), b.like(rest, 2.0 ** _bits_in_step(b)))
    anywhere = b.intrinsic("llvm.vector.reduce.or", "i1", long, suffix=mangle(long.type)) if long.lanes else long
    wide = b.choose(anywhere, lambda: _wide_division(b, rest, divisor), lambda: _wide_step(b, rest, divisor))
    result = b.select(b.compare("lt", rest, divisor), x, copy_sign(b, wide, x))
    defined = b.binary("and", b.compare("lt", rest, b.like(x, math.inf)), b.compare("eq", divisor, divisor))
    return b.select(defined, result, b.like(x, math.nan))


def _bits_in_step(b: Builder) -> int:
    return _FUSED_STEP if b.target.fma else _SPLIT_STEP


def _wide_step(b: Builder, rest: Ir, divisor: Ir) -> Ir:
    """rest mod divisor for quotients of one step, and twice as large ones. The difference is exact: it is a multiple of
    the last bit of both, and smaller than the divisor; where it is below 0, it is corrected."""
    difference = _fused_difference(b, rest, divisor) if b.target.fma else _split_difference(b, rest, divisor)
    return b.select(b.compare("lt", difference, b.like(rest, 0.0)), b.add(difference, divisor), difference)


def _fused_difference(b: Builder, rest: Ir, divisor: Ir) -> Ir:
    quotient = b.intrinsic("llvm.trunc", rest.type, b.fdiv(rest, divisor))
    return b.fma(b.neg(quotient), divisor, rest)


def _split_difference(b: Builder, rest: Ir, divisor: Ir) -> Ir:
    """The nearest quotient times the upper 26 bits of the divisor, then times the others. Both products are exact, and
    so are the differences: the last one is at most half the divisor, the first one little more."""
    quotient = b.intrinsic("llvm.rint", rest.type, b.fdiv(rest, divisor))
    bits = b.bitcast(divisor, vector("i64", divisor.lanes))
    upper = b.bitcast(b.binary("and", bits, b.like(bits, _UPPER_BITS)), divisor.type)
    above = b.sub(rest, b.mul(quotient, upper))
    return b.sub(above, b.mul(quotient, b.sub(divisor, upper)))


def _wide_division(b: Builder, rest: Ir, divisor: Ir) -> Ir:
    step = _bits_in_step(b)
    for k in reversed(range(-(-_WIDE_BITS // step))):
        scaled = divisor
        for part in _powers(step * k):
            scaled = b.mul(scaled, b.like(divisor, part))
        fits = b.compare("lt", scaled, b.like(divisor, math.inf))
        rest = b.select(fits, _wide_step(b, rest, scaled), rest)
    return rest


def _powers(exponent: int) -> list[float]:
    """Factors that f64 holds, of which 2^exponent is the product."""
    return [2.0 ** min(1000, exponent - begin) for begin in range(0, exponent, 1000)]


@math_function("mod", "double")
@math_function("mod", "float")
def floor_mod(b: Builder, x: Ir, y: Ir) -> Ir:
    """x - y floor(x / y), with the sign of y, as numpy's: rounded once where fmod and y have opposite signs."""
    rest = (fmod_double if x.element == "double" else fmod)(b, x, y)
    zero = b.like(x, 0.0)
    opposite = b.compare("ne", b.compare("lt", rest, zero), b.compare("lt", y, zero))
    shifted = b.select(opposite, b.add(rest, y), rest)
    is_zero = b.compare("eq", rest, zero)
    return b.select(is_zero, copy_sign(b, zero, y), shifted)
