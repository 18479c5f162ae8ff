"""tanh: an odd polynomial near 0, 1 - 2 / (e²ˣ + 1) beyond."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.exp import power_of_two, reduce_exp
from dldt.codegen.llvm.math.floats import at_most, copy_sign, magnitude, polynomial
from dldt.codegen.llvm.math.registry import math_function

_NEAR = 0.9
# from here on the nearest number is 1
_ONE = {"float": 9.1, "double": 19.1}
# (tanh x / x - 1) / x² in x² on |x| <= 0.9 (benchmarks/fit_polynomials.py: tanh, tanh_double)
_TANH = {
    "float": (
        -0.33333322405815125,
        0.13332980871200562,
        -0.05392947420477867,
        0.02166409231722355,
        -0.008265454322099686,
        0.002583423163741827,
        -0.00045570809743367136,
    ),
    "double": (
        -0.33333333333333,
        0.13333333333295552,
        -0.05396825395328209,
        0.02186948823532874,
        -0.008863231932643191,
        0.0035921000640913793,
        -0.0014556850906269948,
        0.0005894616561014769,
        -0.00023757502855209533,
        9.378785805005472e-05,
        -3.465267901867721e-05,
        1.0903127959763606e-05,
        -2.4769908749970403e-06,
        2.9069377245496515e-07,
    ),
}


@math_function("tanh", "float", "double")
def tanh(b: Builder, x: Ir) -> Ir:
    """The hyperbolic tangent."""
    size = magnitude(b, x)
    square = b.mul(x, x)
    near = b.fma(b.mul(size, square), polynomial(b, square, _TANH[x.element]), size)
    limited = at_most(b, size, _ONE[x.element])
    reduced = reduce_exp(b, b.add(limited, limited))
    power = power_of_two(b, reduced.shifted)
    divisor = b.fma(power, reduced.tail(b), b.add(power, b.like(x, 1.0)))
    far = b.sub(b.like(x, 1.0), b.fdiv(b.like(x, 2.0), divisor))
    return copy_sign(b, b.select(b.compare("lt", size, b.like(x, _NEAR)), near, far), x)
