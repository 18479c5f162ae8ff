"""Building blocks of the math functions: polynomials, sign and exponent bits, minimum and maximum that keep NaN."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir, bits, vector


@attrs.frozen
class FloatFormat:
    """A binary floating-point format: widths in bits, the bits of 1.0, the exponent of the smallest normal number, and
    the magic number 1.5 * 2^mantissa. The sum of a small number and the magic number is rounded to an integer, which
    its low bits hold."""

    bits: int
    mantissa: int
    one: int
    lowest: int
    magic: float


_FORMATS = {
    "float": FloatFormat(32, 23, 127 << 23, -126, 1.5 * 2.0**23),
    "double": FloatFormat(64, 52, 1023 << 52, -1022, 1.5 * 2.0**52),
}


def format_of(x: Ir) -> FloatFormat:
    """The format of a float value's lanes."""
    return _FORMATS[x.element]


def integer_type(x: Ir) -> str:
    """The integer type with the bits of the float ``x``."""
    return vector(f"i{bits(x.element)}", x.lanes)


def bits_of(b: Builder, x: Ir) -> Ir:
    """The bit pattern of a float."""
    return b.bitcast(x, integer_type(x))


MANY = 12
"""From so many coefficients on, a polynomial is summed in two chains."""


def polynomial(b: Builder, x: Ir, coefficients: Sequence[float]) -> Ir:
    """c0 + c1 x + c2 x² + …; of many coefficients as c0 + c2 x² + … and x (c1 + c3 x² + …): a multiplication more than
    by Horner's rule, but half as many steps that wait for each other: of short ones others are computed meanwhile."""
    if len(coefficients) < MANY:
        return horner(b, x, coefficients)
    square = b.mul(x, x)
    return b.fma(x, horner(b, square, coefficients[1::2]), horner(b, square, coefficients[::2]))


def horner(b: Builder, x: Ir, coefficients: Sequence[float]) -> Ir:
    """c0 + c1 x + c2 x² + …, with one fused multiply-add for each coefficient, each of which waits for the one
    before."""
    total = b.like(x, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total = b.fma(total, x, b.like(x, c))
    return total


def magnitude(b: Builder, x: Ir) -> Ir:
    """|x|"""
    return b.intrinsic("llvm.fabs", x.type, x)


def copy_sign(b: Builder, size: Ir, sign: Ir) -> Ir:
    """|size| with the sign bit of ``sign``."""
    return b.intrinsic("llvm.copysign", size.type, size, sign)


def at_most(b: Builder, x: Ir, limit: float) -> Ir:
    """min(x, limit); NaN stays NaN. The operands are in the order of the x86 instruction, so that it takes only one."""
    bound = b.like(x, limit)
    return b.select(b.compare("lt", bound, x), bound, x)


def at_least(b: Builder, x: Ir, limit: float) -> Ir:
    """max(x, limit); NaN stays NaN."""
    bound = b.like(x, limit)
    return b.select(b.compare("gt", bound, x), bound, x)


def round_nearest(b: Builder, x: Ir) -> tuple[Ir, Ir]:
    """The nearest integer of x for |x| < 2^22 (f32) or 2^51 (f64) as a float, and its sum with the magic number."""
    magic = b.like(x, format_of(x).magic)
    shifted = b.add(x, magic)
    return b.sub(shifted, magic), shifted
