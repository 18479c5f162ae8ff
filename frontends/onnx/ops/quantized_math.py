"""onnxruntime's operations on quantised tensors: what they do between is done on floats."""

from __future__ import annotations

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Sigmoid
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.concat import Concat
from dldt.frontends.engine.quantized import dequantized, quantized
from dldt.frontends.engine.sequences import Imported
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.activation import leaky_relu_6
from dldt.frontends.onnx.ops.pooling import global_average_pool_1
from dldt.frontends.onnx.ops.quantize_linear import dequantize_linear_13, quantize_linear_13
from dldt.frontends.onnx.ops.softmax import softmax_1, softmax_13

_DOMAIN = "com.microsoft"


@ONNX.imports("QuantizeLinear", domain=_DOMAIN)
def quantize_linear(
    x: Value, y_scale: Value, y_zero_point: Value | None = None, *, axis: int | None = None
) -> Imported:
    """As ONNX's."""
    return quantize_linear_13(x, y_scale, y_zero_point, axis=1 if axis is None else axis)


@ONNX.imports("DequantizeLinear", domain=_DOMAIN)
def dequantize_linear(x: Value, x_scale: Value, x_zero_point: Value | None = None, *, axis: int | None = None) -> Value:
    """As ONNX's."""
    return dequantize_linear_13(x, x_scale, x_zero_point, axis=1 if axis is None else axis)


@ONNX.imports("QLinearAdd", domain=_DOMAIN)
def q_linear_add(
    A: Value,
    A_scale: Value,
    A_zero_point: Value | None,
    B: Value,
    B_scale: Value,
    B_zero_point: Value | None,
    C_scale: Value,
    C_zero_point: Value | None = None,
) -> Value:
    """A + B"""
    total = Add()(dequantized(A, A_scale, A_zero_point), dequantized(B, B_scale, B_zero_point))
    return quantized(total, C_scale, C_zero_point, A.type.dtype)


@ONNX.imports("QLinearMul", domain=_DOMAIN)
def q_linear_mul(
    A: Value,
    A_scale: Value,
    A_zero_point: Value | None,
    B: Value,
    B_scale: Value,
    B_zero_point: Value | None,
    C_scale: Value,
    C_zero_point: Value | None = None,
) -> Value:
    """A * B"""
    both = Multiply()(dequantized(A, A_scale, A_zero_point), dequantized(B, B_scale, B_zero_point))
    return quantized(both, C_scale, C_zero_point, A.type.dtype)


@ONNX.imports("QLinearSigmoid", domain=_DOMAIN)
def q_linear_sigmoid(
    X: Value, X_scale: Value, X_zero_point: Value | None, Y_scale: Value, Y_zero_point: Value | None = None
) -> Value:
    """The sigmoid of X."""
    return quantized(Sigmoid()(dequantized(X, X_scale, X_zero_point)), Y_scale, Y_zero_point, X.type.dtype)


@ONNX.imports("QLinearLeakyRelu", domain=_DOMAIN)
def q_linear_leaky_relu(
    X: Value,
    X_scale: Value,
    X_zero_point: Value | None,
    Y_scale: Value,
    Y_zero_point: Value | None = None,
    *,
    alpha: float = 0.01,
) -> Value:
    """The leaky ReLU of X."""
    made = leaky_relu_6(dequantized(X, X_scale, X_zero_point), alpha=alpha)
    return quantized(made, Y_scale, Y_zero_point, X.type.dtype)


@ONNX.imports("QLinearGlobalAveragePool", domain=_DOMAIN)
def q_linear_global_average_pool(
    X: Value,
    x_scale: Value,
    x_zero_point: Value,
    y_scale: Value,
    y_zero_point: Value,
    *,
    channels_last: int = 0,
) -> Value:
    """The mean of each channel of X."""
    if channels_last:
        raise UnsupportedError("QLinearGlobalAveragePool with channels_last = 1 is not supported")
    mean = global_average_pool_1(dequantized(X, x_scale, x_zero_point))
    return quantized(mean, y_scale, y_zero_point, X.type.dtype)


@ONNX.imports("QLinearSoftmax", domain=_DOMAIN)
def q_linear_softmax(
    X: Value,
    X_scale: Value,
    x_zero_point: Value | None,
    y_scale: Value,
    y_zero_point: Value,
    *,
    opset: int,
    axis: int = -1,
) -> Value:
    """The softmax of X, as operation set ``opset`` defines it."""
    x = dequantized(X, X_scale, x_zero_point)
    made = softmax_1(x, axis=axis) if opset < 13 else softmax_13(x, axis=axis)
    return quantized(made, y_scale, y_zero_point, X.type.dtype)


@ONNX.imports("QLinearConcat", domain=_DOMAIN)
def q_linear_concat(Y_scale: Value, Y_zero_point: Value, *inputs: Value, axis: int) -> Value:
    """The tensors one behind the other; ``inputs`` are triples of a tensor, its scale and its zero point."""
    triples = zip(inputs[::3], inputs[1::3], inputs[2::3], strict=True)
    joined = Concat(axis)(*(dequantized(x, scale, zero) for x, scale, zero in triples))
    return quantized(joined, Y_scale, Y_zero_point, Y_zero_point.type.dtype)
