"""Pieces that the math functions share: polynomials, sign and exponent bits, minimum and maximum that keep NaN."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.emit.builder import Builder
from dldt.codegen.emit.ir import Ir, bits, vector

SIGN = {"float": 1 << 31, "double": 1 << 63}


def integer_type(x: Ir) -> str:
    """The integer type with the bits of the float ``x``."""
    return vector(f"i{bits(x.element)}", x.lanes)


def bits_of(b: Builder, x: Ir) -> Ir:
    """The bit pattern of a float."""
    return b.bitcast(x, integer_type(x))


def horner(b: Builder, x: Ir, coefficients: Sequence[float]) -> Ir:
    """c0 + c1 x + c2 x² + …, one fused multiply-add a coefficient."""
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
    """min(x, limit); NaN stays NaN. Written in the operand order of the x86 instruction, so that it costs one."""
    bound = b.like(x, limit)
    return b.select(b.compare("lt", bound, x), bound, x)


def at_least(b: Builder, x: Ir, limit: float) -> Ir:
    """max(x, limit); NaN stays NaN."""
    bound = b.like(x, limit)
    return b.select(b.compare("gt", bound, x), bound, x)
