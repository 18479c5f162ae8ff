"""gelu: x Φ(x) by erf, and its tanh approximation as x sigmoid(…)."""

from __future__ import annotations

import math

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.erf import erf_parts
from dldt.codegen.llvm.math.erf_double import erf as erf_double
from dldt.codegen.llvm.math.exp import exp
from dldt.codegen.llvm.math.floats import at_least
from dldt.codegen.llvm.math.registry import math_function

_VANISHED = {"float": -12.0, "double": -26.0}


@math_function("gelu", "double")
def gelu_double(b: Builder, x: Ir) -> Ir:
    """x (1 + erf(x / √2)) / 2"""
    # Below -8.3 the nearest double of erf is -1. The bound keeps an infinite x from being multiplied by 0.
    x = at_least(b, x, -10.0)
    phi = b.add(b.like(x, 1.0), erf_double(b, b.mul(x, b.like(x, math.sqrt(0.5)))))
    return b.mul(b.mul(x, b.like(x, 0.5)), phi)


@math_function("gelu", "float")
def gelu(b: Builder, x: Ir) -> Ir:
    """x (1 + erf(x / √2)) / 2"""
    one, zero = b.like(x, 1.0), b.like(x, 0.0)
    # Below the bound the result is 0 to the precision of erfc. The bound keeps an infinite x from being multiplied by
    # 0.
    x = at_least(b, x, -6.0)
    near, complement, is_near = erf_parts(b, b.mul(x, b.like(x, math.sqrt(0.5))))
    # Computed from erfc of |x|: for a negative x it is 1 + erf x without the cancellation.
    negative = b.compare("lt", x, zero)
    near = b.add(one, b.select(negative, b.neg(near), near))
    vanished = b.compare("lt", x, b.like(x, -5.55))
    complement = b.select(vanished, zero, complement)
    far = b.select(negative, complement, b.sub(b.like(x, 2.0), complement))
    half = b.mul(x, b.like(x, 0.5))
    return b.mul(half, b.select(is_near, near, far))


@math_function("gelu_tanh", "float", "double")
def gelu_tanh(b: Builder, x: Ir) -> Ir:
    """x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, which is x / (1 + exp(-2 √(2/π) (x + 0.044715 x³)))"""
    scale = 2.0 * math.sqrt(2.0 / math.pi)
    # Below the bound the result is 0. The bound keeps an infinite x from being multiplied by 0.
    x = at_least(b, x, _VANISHED[x.element])
    slope = b.fma(b.mul(x, x), b.like(x, -scale * 0.044715), b.like(x, -scale))
    return b.fdiv(x, b.add(b.like(x, 1.0), exp(b, b.mul(x, slope))))
