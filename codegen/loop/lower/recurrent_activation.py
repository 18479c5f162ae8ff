"""The activations of recurrent cells as expressions."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr
from dldt.codegen.loop.lower.access import apply, number
from dldt.compiler.types import DType


def recurrent_activation(name: str, alpha: float, beta: float, x: Expr) -> Expr:
    """The activation called ``name``, as ``ACTIVATIONS`` defines it."""
    zero, one, a, b = (number(x.dtype, value) for value in (0, 1, alpha, beta))
    if name in ("affine", "hardsigmoid"):
        line = apply("add", apply("mul", x, a), b)
        return line if name == "affine" else apply("minimum", apply("maximum", line, zero), one)
    if name == "leakyrelu":
        return _where("lt", x, zero, apply("mul", x, a), x)
    if name == "thresholdedrelu":
        return _where("gt", x, a, x, zero)
    if name == "elu":
        below = apply("mul", apply("sub", apply("exp", apply("minimum", x, zero)), one), a)
        return _where("lt", x, zero, below, x)
    if name == "scaledtanh":
        return apply("mul", apply("tanh", apply("mul", x, b)), a)
    if name == "softsign":
        return apply("div", x, apply("add", apply("abs", x), one))
    return apply(name, x)


def _where(relation: str, x: Expr, bound: Expr, then: Expr, other: Expr) -> Expr:
    return apply("select", apply(relation, x, bound, dtype=DType.boolean), then, other, dtype=x.dtype)
