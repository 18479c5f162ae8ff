"""Square roots and reciprocals, by the exact instructions."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.registry import math_function


@math_function("sqrt", "float", "double")
def sqrt(b: Builder, x: Ir) -> Ir:
    """√x, correctly rounded."""
    return b.intrinsic("llvm.sqrt", x.type, x)


@math_function("rsqrt", "float", "double")
def rsqrt(b: Builder, x: Ir) -> Ir:
    """1 / √x"""
    return b.fdiv(b.like(x, 1.0), sqrt(b, x))


@math_function("reciprocal", "float", "double")
def reciprocal(b: Builder, x: Ir) -> Ir:
    """1 / x, correctly rounded."""
    return b.fdiv(b.like(x, 1.0), x)
