"""pow of doubles: log2 in double-double, so that its product with y has 11 bits more precision than the result."""

from __future__ import annotations

import math

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.double_double import Pair, constant, multiply, product, sum_ordered
from dldt.codegen.llvm.math.exp import scale
from dldt.codegen.llvm.math.floats import at_least, at_most, horner, magnitude, round_nearest
from dldt.codegen.llvm.math.log import split
from dldt.codegen.llvm.math.power import special_powers
from dldt.codegen.llvm.math.registry import math_function

_THIRD = (0.3333333333333333, 1.850371707708594e-17)
_TWO_LOG2_E = (2.8853900817779268, 4.0710547481862066e-17)
# (atanh s / s - 1 - s²/3) / s⁴ in s² on |s| <= (√2 - 1) / (√2 + 1) (benchmarks/fit_polynomials.py: atanh_double)
_ATANH = (
    0.19999999999999987,
    0.14285714285723525,
    0.11111111108533803,
    0.09090909463773666,
    0.07692276493602236,
    0.06668233011484898,
    0.05835909400225725,
    0.06006926536290651,
)
# (2ʳ - 1) / r on |r| <= ½ (benchmarks/fit_polynomials.py: exp2_double)
_EXP2 = (
    0.6931471805599453,
    0.2402265069591007,
    0.05550410866482338,
    0.009618129107630225,
    0.0013333558146033208,
    0.00015403530388908776,
    1.5252734167016757e-05,
    1.321549130331377e-06,
    1.0177932324276856e-07,
    7.052964294783933e-09,
    4.4732941935095014e-10,
    2.870170919208076e-11,
)
# beyond, 2ˣ is 0 or infinite
_LIMIT = 1100.0


def log2_pair(b: Builder, x: Ir) -> Pair:
    """log2 of positive finite doubles to 2^-64: with s = f / (2 + f), log(1 + f) = 2 atanh s."""
    parts = split(b, x)
    one = b.like(x, 1.0)
    divisor = sum_ordered(b, b.like(x, 2.0), parts.f)
    inverse = b.fdiv(one, divisor.high)
    quotient = b.mul(parts.f, inverse)
    back = product(b, quotient, divisor.high)
    rest = b.sub(b.sub(b.sub(parts.f, back.high), back.low), b.mul(quotient, divisor.low))
    s = sum_ordered(b, quotient, b.mul(rest, inverse))
    square = product(b, s.high, s.high)
    square = Pair(square.high, b.fma(b.add(s.high, s.high), s.low, square.low))
    third = multiply(b, square, constant(b, x, *_THIRD))
    tail = b.mul(b.mul(square.high, square.high), horner(b, square.high, _ATANH))
    small = sum_ordered(b, third.high, tail)
    series = sum_ordered(b, one, small.high)
    series = Pair(series.high, b.add(series.low, b.add(small.low, third.low)))
    logarithm = multiply(b, multiply(b, s, constant(b, x, *_TWO_LOG2_E)), series)
    total = sum_ordered(b, parts.k, logarithm.high)
    return Pair(total.high, b.add(total.low, logarithm.low))


@math_function("pow", "double")
def pow(b: Builder, x: Ir, y: Ir) -> Ir:
    """xʸ as in C."""
    size = magnitude(b, x)
    zero, infinity = b.like(x, 0.0), b.like(x, math.inf)
    logarithm = log2_pair(b, size)
    high = b.select(b.compare("eq", size, zero), b.like(x, -math.inf), logarithm.high)
    high = b.select(b.compare("lt", size, infinity), high, size)
    exact = product(b, high, y)
    # A huge product gives infinity or 0 by its first part alone. The remainder of 0 times a huge y is 0 as well.
    product_size = magnitude(b, exact.high)
    ordinary = b.binary(
        "and", b.compare("lt", product_size, b.like(x, 2.0 * _LIMIT)), b.compare("gt", product_size, zero)
    )
    low = b.select(ordinary, b.fma(y, logarithm.low, exact.low), zero)
    limited = at_least(b, at_most(b, exact.high, _LIMIT), -_LIMIT)
    count, shifted = round_nearest(b, limited)
    r = b.add(b.sub(limited, count), low)
    return special_powers(b, x, y, scale(b, b.fma(r, horner(b, r, _EXP2), b.like(x, 1.0)), count, shifted))
