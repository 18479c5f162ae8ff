"""exp: x = n ln 2 + r, a polynomial in r, and a scaling by 2ⁿ that rounds denormal results once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.floats import at_least, at_most, bits_of, format_of, polynomial
from dldt.codegen.llvm.math.registry import math_function

_LOG2_E = 1.4426950408889634
# High and low part of ln 2. n * high is exact for every n that occurs, so that the reduction is exact also on targets
# without fused multiply-add.
LN2 = {
    "float": (0.693359375, -2.12194440054690583e-4),
    "double": (0.693147180369123816490, 1.90821492927058770002e-10),
}
# beyond these bounds the result is 0 or infinite
_DOMAIN = {"float": (-104.0, 89.0), "double": (-746.0, 710.0)}

# (eʳ - 1 - r) / r² on |r| <= ln 2 / 2 (benchmarks/fit_polynomials.py: exp, exp_double)
EXP = {
    "float": (
        0.4999999403953552,
        0.16666515171527863,
        0.041668087244033813,
        0.008369299583137035,
        0.0013838341692462564,
    ),
    "double": (
        0.5000000000000011,
        0.16666666666666308,
        0.04166666666652411,
        0.008333333333566556,
        0.0013888888945608928,
        0.00019841269341525292,
        2.480149073045763e-05,
        2.7557740640756763e-06,
        2.7631186925459684e-07,
        2.4949339765478262e-08,
    ),
}


@attrs.frozen
class Reduced:
    """eˣ = 2ⁿ (1 + r + r² curve). ``count`` is n as a float. ``shifted`` is n + 1.5 * 2^mantissa, whose low bits are n
    as an integer."""

    r: Ir
    curve: Ir
    count: Ir
    shifted: Ir

    def tail(self, b: Builder) -> Ir:
        """eʳ - 1"""
        return b.fma(b.mul(self.r, self.r), self.curve, self.r)

    def mantissa(self, b: Builder) -> Ir:
        """eʳ, summed in the order that loses least with and without fused multiply-add."""
        one = b.like(self.r, 1.0)
        if not b.target.fma:
            return b.add(self.tail(b), one)
        return b.fma(b.fma(self.curve, self.r, one), self.r, one)


def reduce_exp(b: Builder, x: Ir, coefficients: Mapping[str, Sequence[float]] = EXP) -> Reduced:
    """The parts of eˣ for x within the function's domain; NaN gives a NaN r. ``coefficients`` are those of the
    curve."""
    magic = b.like(x, format_of(x).magic)
    high, low = LN2[x.element]
    shifted = b.fma(x, b.like(x, _LOG2_E), magic)
    count = b.sub(shifted, magic)
    r = b.fma(count, b.like(x, -high), x)
    r = b.fma(count, b.like(x, -low), r)
    return Reduced(r, polynomial(b, r, coefficients[x.element]), count, shifted)


def power_of_two(b: Builder, shifted: Ir) -> Ir:
    """2ⁿ for normal results from n + magic: its low bits move into the exponent field."""
    pattern = bits_of(b, shifted)
    exponent = b.binary("shl", pattern, b.like(pattern, format_of(shifted).mantissa))
    return b.bitcast(b.add(exponent, b.like(exponent, format_of(shifted).one)), shifted.type)


def scale(b: Builder, x: Ir, count: Ir, shifted: Ir) -> Ir:
    """x 2ⁿ for |n| up to twice the exponent range, rounded once where the result is denormal."""
    width = x.lanes * format_of(x).bits
    instruction = b.target.scale_by_power(x.element, width)
    if instruction is not None:
        return _scale_by_instruction(b, x, count, instruction)
    magic = b.like(x, format_of(x).magic)
    half = b.fma(count, b.like(x, 0.5), magic)
    rest = b.add(b.sub(count, b.sub(half, magic)), magic)
    return b.mul(b.mul(x, power_of_two(b, half)), power_of_two(b, rest))


def _scale_by_instruction(b: Builder, x: Ir, count: Ir, name: str) -> Ir:
    mask = Ir(f"i{max(8, x.lanes)}", "-1")
    # The 512-bit form has a rounding operand: 4 means the mode of the floating-point state.
    rounding = [b.const("i32", 4)] if x.lanes * format_of(x).bits == 512 else []
    return b.intrinsic(name, x.type, x, count, x, mask, *rounding, suffix="")


@math_function("exp", "float", "double")
def exp(b: Builder, x: Ir) -> Ir:
    """eˣ"""
    lowest, highest = _DOMAIN[x.element]
    reduced = reduce_exp(b, at_least(b, at_most(b, x, highest), lowest))
    return scale(b, reduced.mantissa(b), reduced.count, reduced.shifted)
