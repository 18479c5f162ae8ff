"""The sign and the magnitude."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.floats import copy_sign, magnitude
from dldt.codegen.llvm.math.registry import math_function


@math_function("abs", "float", "double")
def absolute(b: Builder, x: Ir) -> Ir:
    """|x|"""
    return magnitude(b, x)


@math_function("sign", "float", "double")
def sign(b: Builder, x: Ir) -> Ir:
    """-1, 0 or 1; zeros and NaN are kept."""
    one = copy_sign(b, b.like(x, 1.0), x)
    # Neither a zero nor NaN has a magnitude above 0, so both are kept.
    return b.select(b.compare("gt", magnitude(b, x), b.like(x, 0.0)), one, x)
