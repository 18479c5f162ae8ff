"""Matrix products joined with what stands before and behind them."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType
from dldt.frontends.engine.quantized import aligned, integers, requantized
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.convolution import conv_1
from dldt.frontends.onnx.ops.matmul import gemm_11
from dldt.frontends.onnx.ops.microsoft.activation import activated
from dldt.frontends.onnx.ops.microsoft.domain import MICROSOFT
from dldt.frontends.onnx.ops.quantization import dynamic_quantize_linear_11

Ints = tuple[int, ...]


@ONNX.imports("FusedMatMul", domain=MICROSOFT)
def fused_matmul(
    A: Value,
    B: Value,
    *,
    alpha: float = 1.0,
    transA: int = 0,
    transB: int = 0,
    transBatchA: int = 0,
    transBatchB: int = 0,
) -> Value:
    """alpha * A' * B'; with ``transBatch`` the first axis is that of rows, and the batch stands behind it."""
    a, b = (_batch_first(x) if moved else x for x, moved in ((A, transBatchA), (B, transBatchB)))
    product = MatMul(bool(transA), bool(transB))(a, b)
    return product if alpha == 1 else Multiply()(product, alpha)


@ONNX.imports("TransposeMatMul", domain=MICROSOFT)
def transpose_matmul(A: Value, B: Value, *, alpha: float = 1.0, transA: int = 0, transB: int = 0) -> Value:
    """alpha * A' * B'"""
    return fused_matmul(A, B, alpha=alpha, transA=transA, transB=transB)


@ONNX.imports("FusedGemm", domain=MICROSOFT)
def fused_gemm(
    A: Value,
    B: Value,
    C: Value | None = None,
    *,
    activation: str | None = None,
    activation_alpha: float | None = None,
    activation_beta: float | None = None,
    activation_gamma: float | None = None,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> Value:
    """The activation of alpha * A' * B' + beta * C"""
    numbers = [x for x in (activation_alpha, activation_beta, activation_gamma) if x is not None]
    made = gemm_11(A, B, C, alpha=alpha, beta=beta, transA=transA, transB=transB)
    return activated(made, activation, numbers)


@ONNX.imports("FusedConv", domain=MICROSOFT)
def fused_conv(
    X: Value,
    W: Value,
    B: Value | None = None,
    Z: Value | None = None,
    *,
    activation: str | None = None,
    activation_params: tuple[float, ...] | None = None,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Value:
    """The activation of the convolution plus Z"""
    made = conv_1(
        X,
        W,
        B,
        auto_pad=auto_pad,
        dilations=dilations,
        group=group,
        kernel_shape=kernel_shape,
        pads=pads,
        strides=strides,
    )
    return activated(made if Z is None else Add()(made, Z), activation, list(activation_params or ()))


@ONNX.imports("MatMulIntegerToFloat", domain=MICROSOFT)
def matmul_integer_to_float(
    A: Value,
    B: Value,
    a_scale: Value,
    b_scale: Value,
    a_zero_point: Value | None = None,
    b_zero_point: Value | None = None,
    bias: Value | None = None,
) -> Value:
    """(A - a_zero_point) * (B - b_zero_point) * a_scale * b_scale + bias"""
    sums = MatMul()(integers(A, a_zero_point, -2), integers(B, b_zero_point, -1))
    return _scaled(sums, a_scale, b_scale, bias)


@ONNX.imports("DynamicQuantizeMatMul", domain=MICROSOFT)
def dynamic_quantize_matmul(
    A: Value, B: Value, b_scale: Value, b_zero_point: Value | None = None, bias: Value | None = None
) -> Value:
    """The same of an A of floats, which is quantised by its least and largest element."""
    a, scale, zero = dynamic_quantize_linear_11(A)
    return matmul_integer_to_float(a, B, scale, b_scale, zero, b_zero_point, bias)


@ONNX.imports("QGemm", domain=MICROSOFT)
def q_gemm(
    A: Value,
    a_scale: Value,
    a_zero_point: Value,
    B: Value,
    b_scale: Value,
    b_zero_point: Value,
    C: Value | None = None,
    y_scale: Value | None = None,
    y_zero_point: Value | None = None,
    *,
    alpha: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> Value:
    """alpha * A' * B' + C for quantised A and B; C is an integer with the scale alpha * a_scale * b_scale. Without
    ``y_scale`` the result is a float."""
    if A.type.rank != 2 or B.type.rank != 2:
        raise ShapeError(f"QGemm multiplies matrices, not {A.type} and {B.type}")
    columns = -2 if transB else -1
    sums = MatMul(bool(transA), bool(transB))(integers(A, a_zero_point), integers(B, b_zero_point, columns))
    if C is not None:
        sums = Add()(sums, Convert(DType.f32)(C))
    if alpha != 1:
        a_scale = Multiply()(a_scale, alpha)
    if y_scale is None:
        return _scaled(sums, a_scale, b_scale, None)
    if y_zero_point is None:
        raise InputError("QGemm with y_scale needs y_zero_point, which tells the type of its result")
    return requantized(sums, (a_scale, b_scale, y_scale), y_zero_point, -1)


def _scaled(sums: Value, a_scale: Value, b_scale: Value, bias: Value | None) -> Value:
    made = Multiply()(sums, Multiply()(aligned(a_scale, sums, -2), aligned(b_scale, sums, -1)))
    return made if bias is None else Add()(made, bias)


def _batch_first(x: Value) -> Value:
    """x [M, batch…, K] as [batch…, M, K]"""
    rank = x.type.rank
    if rank < 3:
        raise ShapeError(f"{x.type} has no batch axes")
    return Transpose()(x, np.array([*range(1, rank - 1), 0, rank - 1], np.int64))
