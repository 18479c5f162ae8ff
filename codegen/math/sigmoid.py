"""sigmoid: a ratio of powers of e that neither overflows nor cancels, its rounding errors fed back once."""

from __future__ import annotations

from dldt.codegen.emit.builder import Builder
from dldt.codegen.emit.ir import Ir
from dldt.codegen.math.exp import Reduced, reduce_exp, scale
from dldt.codegen.math.floats import at_least, at_most, bits_of, magnitude
from dldt.codegen.math.registry import math_function


@math_function("sigmoid", "float")
def sigmoid(b: Builder, x: Ir) -> Ir:
    """1 / (1 + e⁻ˣ)"""
    one = b.like(x, 1.0)
    # e^-|x| = w / s with s = 2ᵏ >= 1 and w = 1 + tail: sigmoid(-|x|) = w / (s + w), sigmoid(|x|) = s / (s + w)
    limited = at_least(b, at_most(b, x, 80.0), -104.0)
    reduced = reduce_exp(b, b.neg(magnitude(b, limited)))
    w = b.add(reduced.tail, one)
    w_error = b.sub(reduced.tail, b.sub(w, one))
    # s stays a float up to k = 126; what is left of k scales the result, which is then denormal
    count = at_least(b, reduced.count, -126.0)
    pattern = bits_of(b, b.sub(b.like(x, 12582912.0), count))
    s = b.bitcast(
        b.add(b.binary("shl", pattern, b.like(pattern, 23)), b.like(pattern, 0x3F800000)),
        x.type,
    )
    divisor = b.add(s, w)
    divisor_error = b.add(b.sub(w, b.sub(divisor, s)), w_error)
    negative = b.compare("lt", x, b.like(x, 0.0))
    dividend = b.select(negative, w, s)
    dividend_error = b.select(negative, w_error, b.like(x, 0.0))
    inverse = b.fdiv(one, divisor)
    quotient = b.mul(dividend, inverse)
    remainder = b.fma(b.neg(quotient), divisor_error, dividend_error)
    remainder = b.add(remainder, b.fma(b.neg(quotient), divisor, dividend))
    quotient = b.fma(remainder, inverse, quotient)
    rest = b.sub(reduced.count, count)
    return scale(b, quotient, Reduced(reduced.tail, rest, b.add(rest, b.like(x, 12582912.0))))
