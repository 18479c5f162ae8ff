"""sigmoid: a ratio of powers of e that neither overflows nor cancels, with its rounding errors corrected once."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.exp import EXP, power_of_two, reduce_exp
from dldt.codegen.llvm.math.floats import at_least, at_most, format_of, magnitude
from dldt.codegen.llvm.math.registry import math_function

# Below the domain the result is 0; above it the nearest float is 1.
_DOMAIN = {"float": (-104.0, 80.0), "double": (-746.0, 600.0)}

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
    lowest, highest = _DOMAIN[x.element]
    one, zero, magic = b.like(x, 1.0), b.like(x, 0.0), b.like(x, format_of(x).magic)
    # e^-|x| = w / s with s = 2ᵏ >= 1 and w = 1 + tail: sigmoid(-|x|) = w / (s + w), sigmoid(|x|) = s / (s + w)
    limited = at_least(b, at_most(b, x, highest), lowest)
    reduced = reduce_exp(b, b.neg(magnitude(b, limited)), _CURVE)
    tail = reduced.tail(b)
    w = b.add(tail, one)
    w_error = b.sub(tail, b.sub(w, one))
    # s stays finite; the rest of k scales the result, which is then denormal.
    count = at_least(b, reduced.count, float(format_of(x).lowest))
    s = power_of_two(b, b.sub(magic, count))
    divisor = b.add(s, w)
    divisor_error = b.add(b.sub(w, b.sub(divisor, s)), w_error)
    negative = b.compare("lt", x, zero)
    dividend = b.select(negative, w, s)
    dividend_error = b.select(negative, w_error, zero)
    quotient = _divide(b, dividend, dividend_error, divisor, divisor_error)
    return b.mul(quotient, power_of_two(b, b.add(b.sub(reduced.count, count), magic)))


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
