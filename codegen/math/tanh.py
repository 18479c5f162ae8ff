"""tanh: an odd polynomial near 0, 1 - 2 / (e²ˣ + 1) beyond."""

from __future__ import annotations

from dldt.codegen.emit.builder import Builder
from dldt.codegen.emit.ir import Ir
from dldt.codegen.math.exp import power_of_two, reduce_exp
from dldt.codegen.math.floats import at_most, copy_sign, horner, magnitude
from dldt.codegen.math.registry import math_function

_NEAR = 0.9
# (tanh x / x - 1) / x² in x² on |x| <= 0.9 (benchmarks/fit_polynomials.py: tanh)
_TANH = (
    -0.33333322405815125,
    0.13332980871200562,
    -0.05392947420477867,
    0.02166409231722355,
    -0.008265454322099686,
    0.002583423163741827,
    -0.00045570809743367136,
)


@math_function("tanh", "float")
def tanh(b: Builder, x: Ir) -> Ir:
    """The hyperbolic tangent."""
    size = magnitude(b, x)
    square = b.mul(x, x)
    near = b.fma(b.mul(size, square), horner(b, square, _TANH), size)
    # from 9.02 on the nearest float is 1
    limited = at_most(b, size, 10.0)
    reduced = reduce_exp(b, b.add(limited, limited))
    power = power_of_two(b, reduced.shifted)
    divisor = b.fma(power, reduced.tail(b), b.add(power, b.like(x, 1.0)))
    far = b.sub(b.like(x, 1.0), b.fdiv(b.like(x, 2.0), divisor))
    return copy_sign(b, b.select(b.compare("lt", size, b.like(x, _NEAR)), near, far), x)
