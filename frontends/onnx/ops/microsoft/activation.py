"""Activations, alone and joined with an addition."""

from __future__ import annotations

from collections.abc import Callable

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp, Gelu, ReLU, Sigmoid
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.parametric import Swish
from dldt.compiler.ops.unary import Tanh
from dldt.compiler.shown import shown
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.activation import hard_sigmoid_6, leaky_relu_6
from dldt.frontends.onnx.ops.microsoft.domain import MICROSOFT


@ONNX.imports("Gelu", domain=MICROSOFT)
def gelu(X: Value) -> Value:
    """x * P(X <= x), X standard normal"""
    return Gelu()(X)


@ONNX.imports("BiasGelu", domain=MICROSOFT)
def bias_gelu(A: Value, B: Value) -> Value:
    """Gelu(A + B)"""
    return Gelu()(Add()(A, B))


@ONNX.imports("FastGelu", domain=MICROSOFT)
def fast_gelu(X: Value, bias: Value | None = None) -> Value:
    """Gelu(X + bias), by the approximation with tanh"""
    return Gelu("tanh")(X if bias is None else Add()(X, bias))


@ONNX.imports("QuickGelu", domain=MICROSOFT)
def quick_gelu(X: Value, *, alpha: float = 1.702) -> Value:
    """X * sigmoid(alpha * X)"""
    return Swish()(X, alpha)


Apply = Callable[[Value, list[float]], Value]

_ACTIVATIONS: dict[str, tuple[int, Apply]] = {
    "Relu": (0, lambda x, _: ReLU()(x)),
    "Tanh": (0, lambda x, _: Tanh()(x)),
    "Sigmoid": (0, lambda x, _: Sigmoid()(x)),
    "LeakyRelu": (1, lambda x, given: leaky_relu_6(x, alpha=given[0])),
    "Clip": (2, lambda x, given: Clamp(given[0], given[1])(x)),
    "HardSigmoid": (2, lambda x, given: hard_sigmoid_6(x, alpha=given[0], beta=given[1])),
}
"""By name: how many numbers it needs, and what it is."""


def activated(x: Value, name: str | None, numbers: list[float]) -> Value:
    """``x`` after the activation that a fused operation names, with its ``numbers``; itself where none is named."""
    if not name:
        return x
    count, apply = _ACTIVATIONS.get(name, (-1, None))
    if apply is None:
        raise UnsupportedError(f"the activation {shown(name)} is not supported ({', '.join(_ACTIVATIONS)} are)")
    if len(numbers) < count:
        raise UnsupportedError(f"the activation {name} needs {count} numbers, {len(numbers)} are given")
    return apply(x, numbers)
