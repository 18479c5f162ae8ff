"""Rounding to integers, with one instruction where the target has it."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.floats import copy_sign
from dldt.codegen.llvm.math.registry import math_function

_BELOW_HALF = {"float": 0.5 - 2.0**-25, "double": 0.5 - 2.0**-54}


@math_function("floor", "float", "double")
def floor(b: Builder, x: Ir) -> Ir:
    """The largest integer not above x."""
    return b.intrinsic("llvm.floor", x.type, x)


@math_function("ceil", "float", "double")
def ceil(b: Builder, x: Ir) -> Ir:
    """The smallest integer not below x."""
    return b.intrinsic("llvm.ceil", x.type, x)


@math_function("trunc", "float", "double")
def trunc(b: Builder, x: Ir) -> Ir:
    """x without its fraction."""
    return b.intrinsic("llvm.trunc", x.type, x)


@math_function("round_even", "float", "double")
def round_even(b: Builder, x: Ir) -> Ir:
    """The nearest integer; of two equally near ones, the even one."""
    return b.intrinsic("llvm.roundeven", x.type, x)


@math_function("round_away", "float", "double")
def round_away(b: Builder, x: Ir) -> Ir:
    """The nearest integer; of two equally near ones, the one farther from 0."""
    # Adding the largest float below ½ reaches the next integer exactly when the fraction is ½ or more.
    nudge = copy_sign(b, b.like(x, _BELOW_HALF[x.element]), x)
    return trunc(b, b.add(x, nudge))
