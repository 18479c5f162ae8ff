"""sin and cos of every finite double."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.double_double import Pair
from dldt.codegen.llvm.math.floats import bits_of, polynomial
from dldt.codegen.llvm.math.registry import math_function
from dldt.codegen.llvm.math.trig_reduction_double import quarter_turns_double

# (sin r / r - 1) / r² in r² on |r| <= π/4 (benchmarks/fit_polynomials.py: sin_double)
_SIN = (
    -0.1666666666666663,
    0.00833333333332184,
    -0.00019841269829358517,
    2.755731353850505e-06,
    -2.5050734386900945e-08,
    1.58954331004552e-10,
)
# (cos r - 1 + r²/2) / r⁴ in r² on |r| <= π/4 (benchmarks/fit_polynomials.py: cos_double)
_COS = (
    0.041666666666666595,
    -0.001388888888887331,
    2.4801587288967585e-05,
    -2.755731420398607e-07,
    2.087570328788886e-09,
    -1.1358625777070024e-11,
)


def _sine_of(b: Builder, r: Pair) -> Ir:
    """sin(r + l) = r + (r³ S(r²) + l (1 - r²/2)); the sign of a zero r is kept."""
    square = b.mul(r.high, r.high)
    slope = b.fma(square, b.like(square, -0.5), b.like(square, 1.0))
    tail = b.mul(b.mul(square, r.high), polynomial(b, square, _SIN))
    return b.add(r.high, b.fma(r.low, slope, tail))


def _cosine_of(b: Builder, r: Pair) -> Ir:
    """cos(r + l) = 1 - r²/2 + (r⁴ C(r²) - r l), plus the rounding error of 1 - r²/2."""
    square = b.mul(r.high, r.high)
    one = b.like(square, 1.0)
    half = b.mul(square, b.like(square, 0.5))
    first = b.sub(one, half)
    lost = b.sub(b.sub(one, first), half)
    tail = b.fma(b.mul(square, square), polynomial(b, square, _COS), b.neg(b.mul(r.high, r.low)))
    return b.add(first, b.add(lost, tail))


def _sine(b: Builder, x: Ir, quarters: int) -> Ir:
    """sin(x + quarters π/2)"""
    r, n = quarter_turns_double(b, x)
    n = b.add(n, b.like(n, quarters))
    odd = b.compare("ne", b.binary("and", n, b.like(n, 1)), b.like(n, 0))
    pattern = bits_of(b, b.select(odd, _cosine_of(b, r), _sine_of(b, r)))
    sign = b.binary("shl", b.binary("and", n, b.like(n, 2)), b.like(n, 62))
    return b.bitcast(b.binary("xor", pattern, sign), x.type)


@math_function("sin", "double")
def sin(b: Builder, x: Ir) -> Ir:
    """The sine; NaN at ±inf."""
    # the sums of the reduction lose the sign of zero
    return b.select(b.compare("eq", x, b.like(x, 0.0)), x, _sine(b, x, 0))


@math_function("cos", "double")
def cos(b: Builder, x: Ir) -> Ir:
    """The cosine; NaN at ±inf."""
    return _sine(b, x, 1)
