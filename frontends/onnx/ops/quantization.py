"""Quantising: to integers and back, and contractions of integers."""

from __future__ import annotations

from typing import Any

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Divide, Maximum, Minimum, Subtract
from dldt.compiler.ops.comparison import Equal
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reduce import ReduceMax, ReduceMin
from dldt.compiler.ops.select import Select
from dldt.compiler.types import DType
from dldt.frontends.engine.quantized import integers, quantized, requantized, rounded
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.convolution import conv_1


@ONNX.imports("DynamicQuantizeLinear", since=11)
def dynamic_quantize_linear_11(x: Value) -> tuple[Value, Value, Value]:
    """y, scale and zero point of u8, by the least and the largest element, between which 0 must lie."""
    axes = np.arange(x.type.rank)
    high = Maximum()(ReduceMax(False)(x, axes), 0.0)
    low = Minimum()(ReduceMin(False)(x, axes), 0.0)
    span = Divide()(Subtract()(high, low), 255.0)
    scale = Select()(Equal()(span, 0.0), np.asarray(1, np.float32), span)
    zero = rounded(Divide()(Subtract()(x.graph.constant(np.asarray(0, np.float32)), low), scale), None, DType.u8)
    return quantized(x, scale, zero, DType.u8), scale, zero


@ONNX.imports("ConvInteger", since=10)
def conv_integer_10(
    x: Value,
    w: Value,
    x_zero_point: Value | None = None,
    w_zero_point: Value | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: tuple[int, ...] | None = None,
    group: int = 1,
    kernel_shape: tuple[int, ...] | None = None,
    pads: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
) -> Value:
    """The convolution of integers, as i32."""
    fields: dict[str, Any] = dict(
        auto_pad=auto_pad, dilations=dilations, group=group, kernel_shape=kernel_shape, pads=pads, strides=strides
    )
    return Convert(DType.i32)(conv_1(integers(x, x_zero_point), integers(w, w_zero_point, 0), **fields))


@ONNX.imports("QLinearConv", since=10)
def q_linear_conv_10(
    x: Value,
    x_scale: Value,
    x_zero_point: Value,
    w: Value,
    w_scale: Value,
    w_zero_point: Value,
    y_scale: Value,
    y_zero_point: Value,
    B: Value | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: tuple[int, ...] | None = None,
    group: int = 1,
    kernel_shape: tuple[int, ...] | None = None,
    pads: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
) -> Value:
    """The convolution of quantised tensors; B is an integer with the scale x_scale * w_scale."""
    fields: dict[str, Any] = dict(
        auto_pad=auto_pad, dilations=dilations, group=group, kernel_shape=kernel_shape, pads=pads, strides=strides
    )
    bias = None if B is None else Convert(DType.f32)(B)
    sums = conv_1(integers(x, x_zero_point), integers(w, w_zero_point, 0), bias, **fields)
    return requantized(sums, (x_scale, w_scale, y_scale), y_zero_point)


@ONNX.imports("MatMulInteger", since=10)
def matmul_integer_10(
    A: Value, B: Value, a_zero_point: Value | None = None, b_zero_point: Value | None = None
) -> Value:
    """The matrix product of integers, as i32."""
    return Convert(DType.i32)(_product(A, a_zero_point, B, b_zero_point))


@ONNX.imports("QLinearMatMul", since=10)
def q_linear_matmul_10(
    a: Value,
    a_scale: Value,
    a_zero_point: Value,
    b: Value,
    b_scale: Value,
    b_zero_point: Value,
    y_scale: Value,
    y_zero_point: Value,
) -> Value:
    """The matrix product of quantised tensors."""
    sums = _product(a, a_zero_point, b, b_zero_point)
    return requantized(sums, (a_scale, b_scale, y_scale), y_zero_point, -1)


def _product(a: Value, a_zero: Value | None, b: Value, b_zero: Value | None) -> Value:
    """The product of two matrices of integers. Zero points are those of rows of a, or of columns of b."""
    return MatMul()(integers(a, a_zero, -2), integers(b, b_zero, -1))
