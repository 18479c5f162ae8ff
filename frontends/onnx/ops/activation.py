"""Activations with parameters."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp, Elu, Gelu
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Minimum, Multiply, Subtract
from dldt.compiler.ops.comparison import Greater, Less
from dldt.compiler.ops.parametric import HardSigmoid, PReLU, Selu, Swish
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.unary import Exp
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.onnx.framework import ONNX

_LARGEST = float(np.finfo(np.float32).max)
_LARGEST_OF = {DType.f16: float(np.finfo(np.float16).max), DType.f64: float(np.finfo(np.float64).max)}


@ONNX.imports("Clip", since=6)
def clip_6(input: Value, *, min: float = -_LARGEST, max: float = _LARGEST) -> Value:
    """The elements held between two numbers."""
    return Clamp(min, max)(input)


@ONNX.imports("Clip", since=11)
def clip_11(input: Value, min: Value | None = None, max: Value | None = None) -> Value:
    """The elements held between two bounds; the type's largest numbers are those that are left out."""
    if input.type.dtype.is_float:
        largest = _LARGEST_OF.get(input.type.dtype, _LARGEST)
        low, high = _bound(min, -largest), _bound(max, largest)
        if low is not None and high is not None and low <= high:
            return Clamp(low, high)(input)
    bounded = input if min is None else Maximum()(input, min)
    return bounded if max is None else Minimum()(bounded, max)


@ONNX.imports("LeakyRelu", since=6)
def leaky_relu_6(X: Value, *, alpha: float = 0.01) -> Value:
    """X where positive, else alpha * X"""
    return _with_slope(X, X.graph.constant(_like(X, [alpha])))


def _with_slope(x: Value, slope: Value) -> Value:
    """PReLU with one slope. It takes no scalars: they are vectors of one element meanwhile."""
    if x.type.rank:
        return PReLU()(x, slope)
    return reshaped(PReLU()(reshaped(x, (1,)), slope), ())


@ONNX.imports("PRelu", since=7)
def prelu_7(X: Value, slope: Value) -> Value:
    """X where positive, else slope * X. The slope broadcasts from the right, PReLU's own takes one dim as channels."""
    shape = slope.type.shape
    if slope.type.elements == 1:
        return _with_slope(X, Reshape()(slope, np.array([1])))
    if len(shape) == X.type.rank - 1 and all(dim == 1 for dim in shape[1:]) and shape[0] == X.type.shape[1]:
        return PReLU()(X, Reshape()(slope, np.array([-1])))
    if not all(isinstance(dim, int) for dim in shape):
        return Select()(Greater()(X, _like(X, 0)), X, Multiply()(X, slope))
    if len(shape) == 1 and X.type.rank > 1:
        return PReLU()(X, Reshape()(slope, np.array([1] * (X.type.rank - 1) + [-1])))
    return PReLU()(X, slope)


@ONNX.imports("Elu", since=6)
def elu_6(X: Value, *, alpha: float = 1.0) -> Value:
    """X where positive, else alpha * (exp(X) - 1)"""
    return Elu(alpha)(X)


@ONNX.imports("Celu", since=12)
def celu_12(X: Value, *, alpha: float = 1.0) -> Value:
    """max(0, X) + min(0, alpha * (exp(X / alpha) - 1))"""
    grown = Multiply()(Subtract()(Exp()(Divide()(X, alpha)), 1.0), alpha)
    return Add()(Maximum()(X, 0.0), Minimum()(grown, 0.0))


@ONNX.imports("Selu", since=6)
def selu_6(X: Value, *, alpha: float = 1.6732631921768188, gamma: float = 1.0507010221481323) -> Value:
    """gamma * X where positive, else gamma * alpha * (exp(X) - 1)"""
    return Selu()(X, _like(X, alpha), _like(X, gamma))


@ONNX.imports("HardSigmoid", since=6)
def hard_sigmoid_6(X: Value, *, alpha: float = 0.2, beta: float = 0.5) -> Value:
    """max(0, min(1, alpha * X + beta))"""
    return HardSigmoid()(X, _like(X, alpha), _like(X, beta))


@ONNX.imports("Gelu", since=20)
def gelu_20(X: Value, *, approximate: str = "none") -> Value:
    """X * the normal distribution's cumulative function at X"""
    return Gelu("tanh" if one_of("approximate", approximate, ("none", "tanh")) == "tanh" else "erf")(X)


@ONNX.imports("Swish", since=24)
def swish_24(X: Value, *, alpha: float = 1.0) -> Value:
    """X * sigmoid(alpha * X)"""
    return Swish()(X, _like(X, alpha))


@ONNX.imports("ThresholdedRelu", since=10)
def thresholded_relu_10(X: Value, *, alpha: float = 1.0) -> Value:
    """X where above alpha, else 0"""
    return Select()(Greater()(X, alpha), X, _like(X, 0.0))


@ONNX.imports("Shrink", since=9)
def shrink_9(input: Value, *, bias: float = 0.0, lambd: float = 0.5) -> Value:
    """X + bias below -lambd, X - bias above lambd, else 0"""
    below = Select()(Less()(input, -lambd), Add()(input, bias), _like(input, 0.0))
    return Select()(Greater()(input, lambd), Subtract()(input, bias), below)


def _bound(bound: Value | None, default: float) -> float | None:
    """The number that bounds; None where it is not known."""
    if bound is None:
        return default
    known = known_array(bound)
    return None if known is None or known.size != 1 else float(known.item())


def _like(x: Value, number: float | list[float]) -> Array:
    return np.array(number, x.type.dtype.numpy)
