"""The sigmoid of a gate in a recurrent layer, without error compensation: its argument carries larger rounding
errors."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.exp import power_of_two, reduce_exp
from dldt.codegen.llvm.math.floats import at_least, at_most

_LIMIT = {"float": 87.0, "double": 708.0}
"""The range in which 2ⁿ is a normal number: at its ends, the result is the smallest normal number, or 1."""


def gate_sigmoid(b: Builder, x: Ir) -> Ir:
    """1 / (1 + e⁻ˣ), of f32 within 2 ulp (3 without fused multiply-add) for |x| <= 87; beyond, the value at ±87. Of f64
    the range is 708. NaN stays NaN. It takes a third of the operations of ``sigmoid``."""
    limit = _LIMIT[x.element]
    reduced = reduce_exp(b, b.neg(at_least(b, at_most(b, x, limit), -limit)))
    one = b.like(x, 1.0)
    return b.fdiv(one, b.fma(power_of_two(b, reduced.shifted), reduced.mantissa(b), one))
