"""sin, cos and tan of every f32, computed in double after an exact reduction by quarter turns."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.floats import bits_of, polynomial
from dldt.codegen.llvm.math.registry import math_function
from dldt.codegen.llvm.math.trig_reduction import quarter_turns

# sin r / r and cos r in r² on |r| <= π/4 (benchmarks/fit_polynomials.py: sin_wide, cos_wide)
_SIN = (
    0.9999999999954072,
    -0.16666666630172924,
    0.008333328663999917,
    -0.000198391705330705,
    2.717080974964467e-06,
)
_COS = (
    0.9999999999999336,
    -0.4999999999926432,
    0.041666666532682986,
    -0.0013888879883544312,
    2.4798833908673436e-05,
    -2.7167250082470983e-07,
)


def _pair(b: Builder, r: Ir) -> tuple[Ir, Ir]:
    square = b.mul(r, r)
    return b.mul(r, polynomial(b, square, _SIN)), polynomial(b, square, _COS)


def _sine(b: Builder, x: Ir, quarters: int) -> Ir:
    """sin(x + quarters π/2)"""
    r, n = quarter_turns(b, x)
    n = b.add(n, b.like(n, quarters))
    sine, cosine = _pair(b, r)
    odd = b.compare("ne", b.binary("and", n, b.like(n, 1)), b.like(n, 0))
    pattern = bits_of(b, b.select(odd, cosine, sine))
    sign = b.binary("shl", b.binary("and", n, b.like(n, 2)), b.like(n, 62))
    return b.convert(b.bitcast(b.binary("xor", pattern, sign), r.type), "float")


@math_function("sin", "float")
def sin(b: Builder, x: Ir) -> Ir:
    """The sine; NaN at ±inf."""
    return _sine(b, x, 0)


@math_function("cos", "float")
def cos(b: Builder, x: Ir) -> Ir:
    """The cosine; NaN at ±inf."""
    return _sine(b, x, 1)


@math_function("tan", "float")
def tan(b: Builder, x: Ir) -> Ir:
    """The tangent; NaN at ±inf."""
    r, n = quarter_turns(b, x)
    sine, cosine = _pair(b, r)
    odd = b.compare("ne", b.binary("and", n, b.like(n, 1)), b.like(n, 0))
    quotient = b.fdiv(b.select(odd, b.neg(cosine), sine), b.select(odd, sine, cosine))
    return b.convert(quotient, "float")
