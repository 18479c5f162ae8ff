"""sinh, cosh and their inverses, expm1 and log1p for f32, computed in double."""

from __future__ import annotations

import math

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.floats import at_most, copy_sign, magnitude
from dldt.codegen.llvm.math.registry import math_function
from dldt.codegen.llvm.math.wide import expm1_wide, log1p_wide

# sinh and cosh overflow f32 from 89.42 on, expm1 from 88.73 on
_LIMIT = 100.0


@math_function("expm1", "float")
def expm1(b: Builder, x: Ir) -> Ir:
    """eˣ - 1"""
    result = b.convert(expm1_wide(b, b.convert(at_most(b, x, _LIMIT), "double")), "float")
    return b.select(b.compare("eq", x, b.like(x, 0.0)), x, result)


@math_function("log1p", "float")
def log1p(b: Builder, x: Ir) -> Ir:
    """log(1 + x)"""
    result = b.convert(log1p_wide(b, b.convert(x, "double")), "float")
    return b.select(b.compare("eq", x, b.like(x, 0.0)), x, result)


@math_function("sinh", "float")
def sinh(b: Builder, x: Ir) -> Ir:
    """(eˣ - e⁻ˣ) / 2"""
    u, inverse = _exponentials(b, x)
    # (1 + u) - 1 / (1 + u) without the cancellation near 0
    wide = b.mul(b.fma(u, inverse, u), b.like(u, 0.5))
    return copy_sign(b, b.convert(wide, "float"), x)


@math_function("cosh", "float")
def cosh(b: Builder, x: Ir) -> Ir:
    """(eˣ + e⁻ˣ) / 2"""
    u, inverse = _exponentials(b, x)
    wide = b.mul(b.add(b.add(u, b.like(u, 1.0)), inverse), b.like(u, 0.5))
    return b.convert(wide, "float")


def _exponentials(b: Builder, x: Ir) -> tuple[Ir, Ir]:
    """e^|x| - 1 and e^-|x| as doubles."""
    u = expm1_wide(b, b.convert(at_most(b, magnitude(b, x), _LIMIT), "double"))
    one = b.like(u, 1.0)
    return u, b.fdiv(one, b.add(u, one))


@math_function("asinh", "float")
def asinh(b: Builder, x: Ir) -> Ir:
    """log(x + √(x² + 1))"""
    size = b.convert(magnitude(b, x), "double")
    one = b.like(size, 1.0)
    square = b.mul(size, size)
    root = b.intrinsic("llvm.sqrt", size.type, b.add(square, one))
    # |x| + √(x² + 1) - 1 without the cancellation near 0. An infinite x must not become inf / inf.
    excess = b.add(size, b.fdiv(square, b.add(root, one)))
    excess = b.select(b.compare("lt", size, b.like(size, math.inf)), excess, size)
    return copy_sign(b, b.convert(log1p_wide(b, excess), "float"), x)


@math_function("acosh", "float")
def acosh(b: Builder, x: Ir) -> Ir:
    """log(x + √(x² - 1)); NaN below 1."""
    wide = b.convert(x, "double")
    t = b.sub(wide, b.like(wide, 1.0))
    root = b.intrinsic("llvm.sqrt", t.type, b.fma(t, t, b.add(t, t)))
    result = b.convert(log1p_wide(b, b.add(t, root)), "float")
    return b.select(b.compare("lt", x, b.like(x, 1.0)), b.like(x, math.nan), result)


@math_function("atanh", "float")
def atanh(b: Builder, x: Ir) -> Ir:
    """log((1 + x) / (1 - x)) / 2; ±inf at ±1, NaN beyond."""
    size = b.convert(magnitude(b, x), "double")
    ratio = b.fdiv(b.add(size, size), b.sub(b.like(size, 1.0), size))
    wide = b.mul(log1p_wide(b, ratio), b.like(size, 0.5))
    result = copy_sign(b, b.convert(wide, "float"), x)
    return b.select(b.compare("gt", magnitude(b, x), b.like(x, 1.0)), b.like(x, math.nan), result)
