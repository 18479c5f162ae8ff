"""What else the domain has: spellings of operations that ONNX has too, distances, quantised pooling and selection."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.inverse import Inverse
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.gather import GatherND
from dldt.compiler.ops.reduce import ReduceSum
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.ops.unary import Sqrt
from dldt.compiler.shown import shown
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.quantized import dequantized, quantized
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.convolution import conv_1
from dldt.frontends.onnx.ops.gathering import range_11, trilu_14, unique_11
from dldt.frontends.onnx.ops.grid_sample import grid_sample_16
from dldt.frontends.onnx.ops.microsoft.domain import MICROSOFT
from dldt.frontends.onnx.ops.pooling import average_pool_10
from dldt.frontends.onnx.ops.quantization import q_linear_conv_10
from dldt.frontends.onnx.ops.slicing import pad_11
from dldt.frontends.onnx.ops.softmax import softmax_1

Ints = tuple[int, ...]


@ONNX.imports("Trilu", domain=MICROSOFT)
def trilu(X: Value, k: Value | None = None, *, upper: int = 1) -> Value:
    """As ONNX's."""
    return trilu_14(X, k, upper=upper)


@ONNX.imports("GridSample", domain=MICROSOFT)
def grid_sample(
    X: Value, Grid: Value, *, align_corners: int = 0, mode: str = "bilinear", padding_mode: str = "zeros"
) -> Value:
    """As ONNX's."""
    return grid_sample_16(X, Grid, align_corners=align_corners, mode=mode, padding_mode=padding_mode)


@ONNX.imports("Pad", domain=MICROSOFT)
def pad(data: Value, pads: Value, value: Value | None = None, *, mode: str = "constant") -> Value:
    """As ONNX's; the pads may be a matrix of one row."""
    return pad_11(data, pads, value, mode=mode)


@ONNX.imports("Range", domain=MICROSOFT)
def range_of(start: Value, limit: Value, delta: Value | None = None) -> Value:
    """As ONNX's; the step is 1 where it is left out."""
    step = start.graph.constant(np.asarray(1, start.type.dtype.numpy)) if delta is None else delta
    return range_11(start, limit, step)


@ONNX.imports("ExpandDims", domain=MICROSOFT)
def expand_dims(X: Value, axis: Value) -> Value:
    """X with a dim of 1 at the axis."""
    known = known_array(axis)
    if known is None or known.size != 1:
        raise UnsupportedError("ExpandDims needs an axis that is known")
    return Unsqueeze()(X, np.array([known.item()], np.int64))


@ONNX.imports("GatherND", domain=MICROSOFT)
def gather_nd(data: Value, indices: Value) -> Value:
    """As ONNX's."""
    return GatherND()(data, indices)


@ONNX.imports("Unique", domain=MICROSOFT)
def unique(x: Value) -> tuple[Value, ...]:
    """The different numbers of a vector in the order in which they come, where each of x is among them, and how often
    each comes."""
    if x.type.rank != 1:
        raise InputError(f"Unique takes a vector, not {x.type}")
    values, _, inverse, counts = unique_11(x, sorted=0)
    return values, inverse, counts


@ONNX.imports("Inverse", domain=MICROSOFT)
def inverse(X: Value) -> Value:
    """The inverse of each matrix [*, M, M]."""
    return Inverse().compose(X)[0]


@ONNX.imports("BiasSoftmax", domain=MICROSOFT)
def bias_softmax(data: Value, bias: Value, *, axis: int = 1, is_inner_broadcast: int) -> Value:
    """The softmax of data + bias over all axes from ``axis`` on. The bias has dims of 1 where it is broadcast, whether
    these are inner or outer ones."""
    return softmax_1(Add()(data, bias), axis=axis)


@ONNX.imports("NhwcConv", domain=MICROSOFT)
def nhwc_conv(
    X: Value,
    W: Value,
    B: Value | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Value:
    """ONNX's Conv of X [N,H,W,C] with W [O,C/group,H,W]: [N,H,W,O]"""
    made = conv_1(
        _channels_second(X),
        W,
        B,
        auto_pad=auto_pad,
        dilations=dilations,
        group=group,
        kernel_shape=kernel_shape,
        pads=pads,
        strides=strides,
    )
    return _channels_last(made)


@ONNX.imports("CDist", domain=MICROSOFT)
def c_dist(A: Value, B: Value, *, metric: str = "sqeuclidean") -> Value:
    """The distance of each row of A [M,K] from each of B [N,K], or its square: [M,N]"""
    if metric not in ("sqeuclidean", "euclidean"):
        raise UnsupportedError(f"CDist by {shown(metric)} is not supported (sqeuclidean and euclidean are)")
    if A.type.rank != 2 or B.type.rank != 2:
        raise InputError(f"CDist takes matrices, not {A.type} and {B.type}")
    # Differences, and not |a|² + |b|² - 2ab, which loses the distance of points that are far from the origin.
    apart = Subtract()(Unsqueeze()(A, np.array([1], np.int64)), Unsqueeze()(B, np.array([0], np.int64)))
    squares = ReduceSum(False)(Multiply()(apart, apart), np.array([2], np.int64))
    return Sqrt()(squares) if metric == "euclidean" else squares


@ONNX.imports("QLinearWhere", domain=MICROSOFT)
def q_linear_where(
    condition: Value,
    X: Value,
    x_scale: Value,
    x_zero_point: Value,
    Y: Value,
    y_scale: Value,
    y_zero_point: Value,
    z_scale: Value,
    z_zero_point: Value,
) -> Value:
    """X where the condition holds, else Y, quantised anew."""
    chosen = Select()(condition, dequantized(X, x_scale, x_zero_point), dequantized(Y, y_scale, y_zero_point))
    return quantized(chosen, z_scale, z_zero_point, z_zero_point.type.dtype)


@ONNX.imports("QLinearAveragePool", domain=MICROSOFT)
def q_linear_average_pool(
    X: Value,
    x_scale: Value,
    x_zero_point: Value | None,
    y_scale: Value,
    y_zero_point: Value | None = None,
    *,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    channels_last: int = 0,
    count_include_pad: int = 0,
    kernel_shape: Ints,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Value:
    """The means of windows of a quantised tensor."""
    x = dequantized(_channels_second(X) if channels_last else X, x_scale, x_zero_point)
    made = average_pool_10(
        x,
        auto_pad=auto_pad,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
        kernel_shape=kernel_shape,
        pads=pads,
        strides=strides,
    )
    stored = quantized(made, y_scale, y_zero_point, X.type.dtype)
    return _channels_last(stored) if channels_last else stored


@ONNX.imports("QLinearConv", domain=MICROSOFT)
def q_linear_conv(
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
    channels_last: int = 0,
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Value:
    """As ONNX's; with ``channels_last`` the channels of x and of the result are their last axis."""
    made = q_linear_conv_10(
        _channels_second(x) if channels_last else x,
        x_scale,
        x_zero_point,
        w,
        w_scale,
        w_zero_point,
        y_scale,
        y_zero_point,
        B,
        auto_pad=auto_pad,
        dilations=dilations,
        group=group,
        kernel_shape=kernel_shape,
        pads=pads,
        strides=strides,
    )
    return _channels_last(made) if channels_last else made


def _channels_second(x: Value) -> Value:
    rank = x.type.rank
    return Transpose()(x, np.array([0, rank - 1, *range(1, rank - 1)], np.int64))


def _channels_last(x: Value) -> Value:
    rank = x.type.rank
    return Transpose()(x, np.array([0, *range(2, rank), 1], np.int64))
