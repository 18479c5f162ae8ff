"""The activations of recurrent layers as LLVM IR."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.gate_sigmoid import gate_sigmoid
from dldt.codegen.llvm.primitive import emit_primitive
from dldt.compiler.types import DType


def emit_activation(b: Builder, name: str, alpha: float, beta: float, x: Ir, dtype: DType) -> Ir:
    """The activation called ``name`` of a vector, as ``ACTIVATIONS`` defines it."""

    def primitive(stem: str, *arguments: Ir) -> Ir:
        return emit_primitive(b, stem, [*arguments], dtype, dtype)

    zero, one = b.like(x, 0), b.like(x, 1)
    if name == "sigmoid":
        return gate_sigmoid(b, x)
    if name in ("affine", "hardsigmoid"):
        line = b.add(b.mul(x, b.like(x, alpha)), b.like(x, beta))
        return line if name == "affine" else primitive("minimum", primitive("maximum", line, zero), one)
    if name == "leakyrelu":
        return b.select(b.compare("lt", x, zero), b.mul(x, b.like(x, alpha)), x)
    if name == "thresholdedrelu":
        return b.select(b.compare("gt", x, b.like(x, alpha)), x, zero)
    if name == "elu":
        below = b.mul(b.sub(primitive("exp", primitive("minimum", x, zero)), one), b.like(x, alpha))
        return b.select(b.compare("lt", x, zero), below, x)
    if name == "scaledtanh":
        return b.mul(primitive("tanh", b.mul(x, b.like(x, beta))), b.like(x, alpha))
    if name == "softsign":
        return b.fdiv(x, b.add(primitive("abs", x), one))
    return primitive(name, x)
