"""sigmoid: a ratio of powers of e that neither overflows nor cancels, with its rounding errors corrected once."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.exp import EXP, power_of_two, reduce_exp
from dldt.codegen.llvm.math.floats import at_least, format_of, magnitude
from dldt.codegen.llvm.math.registry import math_function

# Beyond, the nearest float is 0 or 1.
_DOMAIN = {"float": -104.0, "double": -746.0}
# Both parts of the ratio are divided by 2 to this power. So 1 / e^x stays finite where sigmoid(x) is denormal.
_SCALED = {"float": 25, "double": 53}

# One degree more than exp has: for negative x, f32 results would otherwise show the polynomial's error.
_CURVE = {
    "float": (
        0.5,
        0.16666647791862488,
        0.041666481643915176,
        0.008337849751114845,
        0.0013933306327089667,
        0.00017363498045597225,
    ),
    "double": EXP["double"],
}


@math_function("sigmoid", "float", "double")
def sigmoid(b: Builder, x: Ir) -> Ir:
    """1 / (1 + e⁻ˣ)"""
    magic, power = format_of(x).magic, _SCALED[x.element]
    unit = b.like(x, 2.0**-power)
    # e^-|x| = w / s with s = 2ᵏ >= 1 and w = 1 + tail: sigmoid(-|x|) = w / (s + w), sigmoid(|x|) = s / (s + w)
    reduced = reduce_exp(b, at_least(b, b.neg(magnitude(b, x)), _DOMAIN[x.element]), _CURVE)
    tail = b.mul(reduced.tail(b), unit)
    w = b.add(tail, unit)
    w_error = b.sub(tail, b.sub(w, unit))
    s = power_of_two(b, b.sub(b.like(x, magic - power), reduced.count))
    divisor = b.add(s, w)
    divisor_error = b.add(b.sub(w, b.sub(divisor, s)), w_error)
    negative = b.compare("lt", x, b.like(x, 0.0))
    dividend = b.select(negative, w, s)
    dividend_error = b.select(negative, w_error, b.like(x, 0.0))
    return _divide(b, dividend, dividend_error, divisor, divisor_error)


def _divide(b: Builder, x: Ir, x_error: Ir, y: Ir, y_error: Ir) -> Ir:
    """(x + x_error) / (y + y_error); the rounding of x / y itself is corrected where multiply-add is fused."""
    if not b.target.fma:
        quotient = b.fdiv(x, y)
        return b.add(quotient, b.fdiv(b.sub(x_error, b.mul(quotient, y_error)), y))
    inverse = b.fdiv(b.like(y, 1.0), y)
    quotient = b.mul(x, inverse)
    missing = b.neg(quotient)
    remainder = b.add(b.fma(missing, y_error, x_error), b.fma(missing, y, x))
    return b.fma(remainder, inverse, quotient)
