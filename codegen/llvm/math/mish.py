"""mish: with u = eˣ, tanh(log(1 + u)) = t / (t + 2) for t = u² + 2u, which needs no logarithm and does not cancel."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.floats import at_least, at_most
from dldt.codegen.llvm.math.registry import math_function
from dldt.codegen.llvm.math.wide import exp2_wide

_LOG2_E = 1.4426950408889634


@math_function("mish", "float")
def mish(b: Builder, x: Ir) -> Ir:
    """x tanh(log(1 + eˣ)). In double: six roundings in f32 would cost three ulp."""
    # Below -110 the result is 0. The bound keeps an infinite x from being multiplied by 0.
    x = at_least(b, x, -200.0)
    wide = b.convert(x, "double")
    # from 10 on the nearest f32 of the ratio is 1
    u = exp2_wide(b, b.mul(at_most(b, wide, 20.0), b.like(wide, _LOG2_E)))
    t = b.fma(u, u, b.add(u, u))
    return b.convert(b.mul(wide, b.fdiv(t, b.add(t, b.like(t, 2.0)))), "float")
