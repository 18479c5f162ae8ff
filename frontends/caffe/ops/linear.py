"""Convolutions, inner products, and the rows of a table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.convolution import Convolution, GroupConvolution
from dldt.compiler.ops.deconvolution import ConvolutionBackpropData, GroupConvolutionBackpropData
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.types import DType
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.shaping import DimOf, axis_of, reshape
from dldt.frontends.caffe.window import per_axis
from dldt.frontends.engine.reshaped import reshaped


def convolution(
    bottom: Value,
    weight: Value,
    bias: Value | None = None,
    *,
    num_output: int,
    bias_term: bool = True,
    pad: tuple[int, ...] = (),
    kernel_size: tuple[int, ...] = (),
    stride: tuple[int, ...] = (),
    dilation: tuple[int, ...] = (),
    pad_h: int | None = None,
    pad_w: int | None = None,
    kernel_h: int | None = None,
    kernel_w: int | None = None,
    stride_h: int | None = None,
    stride_w: int | None = None,
    group: int = 1,
    axis: int = 1,
    force_nd_im2col: bool = False,
) -> Value:
    """Correlation with `num_output` filters, in `group` groups of channels; a bias a channel"""
    rank = _spatial(bottom, axis)
    kernel = per_axis("kernel_size", kernel_size, kernel_h, kernel_w, rank, None)
    fields = _fields(
        per_axis("stride", stride, stride_h, stride_w, rank),
        per_axis("pad", pad, pad_h, pad_w, rank, 0),
        per_axis("dilation", dilation, None, None, rank),
    )
    inputs = _inputs(weight, num_output, kernel)
    _check_groups(num_output, group)
    if group == 1:
        made = Convolution(**fields)(bottom, reshaped(weight, (num_output, inputs, *kernel)))
    else:
        filters = reshaped(weight, (group, num_output // group, inputs, *kernel))
        made = GroupConvolution(**fields)(bottom, filters)
    return _biased(made, bias, num_output, bias_term)


CAFFE.imports("Convolution")(convolution)


@CAFFE.imports("DepthwiseConvolution")
@CAFFE.imports("ConvolutionDepthwise")
def depthwise_convolution(
    bottom: Value,
    weight: Value,
    bias: Value | None = None,
    *,
    num_output: int,
    bias_term: bool = True,
    pad: tuple[int, ...] = (),
    kernel_size: tuple[int, ...] = (),
    stride: tuple[int, ...] = (),
    dilation: tuple[int, ...] = (),
    pad_h: int | None = None,
    pad_w: int | None = None,
    kernel_h: int | None = None,
    kernel_w: int | None = None,
    stride_h: int | None = None,
    stride_w: int | None = None,
    group: int = 1,
    axis: int = 1,
    force_nd_im2col: bool = False,
) -> Value:
    """As a convolution whose groups, where it names none, are the channels"""
    channels = bottom.type.shape[1] if bottom.type.rank > 1 else 0
    if group == 1 and not isinstance(channels, int):
        raise UnsupportedError(f"the channels of {bottom.type} must be fixed")
    own: Any = channels if group == 1 else group
    return convolution(
        bottom, weight, bias, num_output=num_output, bias_term=bias_term, pad=pad, kernel_size=kernel_size,
        stride=stride, dilation=dilation, pad_h=pad_h, pad_w=pad_w, kernel_h=kernel_h, kernel_w=kernel_w,
        stride_h=stride_h, stride_w=stride_w, group=own, axis=axis,
    )  # fmt: skip


@CAFFE.imports("Deconvolution")
def deconvolution(
    bottom: Value,
    weight: Value,
    bias: Value | None = None,
    *,
    num_output: int,
    bias_term: bool = True,
    pad: tuple[int, ...] = (),
    kernel_size: tuple[int, ...] = (),
    stride: tuple[int, ...] = (),
    dilation: tuple[int, ...] = (),
    pad_h: int | None = None,
    pad_w: int | None = None,
    kernel_h: int | None = None,
    kernel_w: int | None = None,
    stride_h: int | None = None,
    stride_w: int | None = None,
    group: int = 1,
    axis: int = 1,
    force_nd_im2col: bool = False,
) -> Value:
    """The transpose of a convolution: filters [channels, outputs of a group, kernel]"""
    rank = _spatial(bottom, axis)
    kernel = per_axis("kernel_size", kernel_size, kernel_h, kernel_w, rank, None)
    fields = _fields(
        per_axis("stride", stride, stride_h, stride_w, rank),
        per_axis("pad", pad, pad_h, pad_w, rank, 0),
        per_axis("dilation", dilation, None, None, rank),
    )
    _check_groups(num_output, group)
    outputs = num_output // group
    channels = _inputs(weight, outputs, kernel)
    if group == 1:
        made = ConvolutionBackpropData(**fields)(bottom, reshaped(weight, (channels, outputs, *kernel)))
    else:
        if channels % group:
            raise InputError(f"{channels} channels do not divide into {group} groups")
        filters = reshaped(weight, (group, channels // group, outputs, *kernel))
        made = GroupConvolutionBackpropData(**fields)(bottom, filters)
    return _biased(made, bias, num_output, bias_term)


@CAFFE.imports("Im2col")
def im2col(
    bottom: Value,
    *,
    num_output: int | None = None,
    bias_term: bool = True,
    pad: tuple[int, ...] = (),
    kernel_size: tuple[int, ...] = (),
    stride: tuple[int, ...] = (),
    dilation: tuple[int, ...] = (),
    pad_h: int | None = None,
    pad_w: int | None = None,
    kernel_h: int | None = None,
    kernel_w: int | None = None,
    stride_h: int | None = None,
    stride_w: int | None = None,
    group: int = 1,
    axis: int = 1,
    force_nd_im2col: bool = False,
) -> Value:
    """The elements of each window as channels: all of the first channel, of the second …"""
    rank = _spatial(bottom, axis)
    kernel = per_axis("kernel_size", kernel_size, kernel_h, kernel_w, rank, None)
    fields = _fields(
        per_axis("stride", stride, stride_h, stride_w, rank),
        per_axis("pad", pad, pad_h, pad_w, rank, 0),
        per_axis("dilation", dilation, None, None, rank),
    )
    channels, taps = bottom.type.shape[1], math.prod(kernel)
    if not isinstance(channels, int) or channels * taps * taps > 1 << 22:
        raise UnsupportedError(
            f"windows of {taps} elements of {channels} channels are not supported; they must be fixed, and fewer"
        )
    one = np.eye(taps, dtype=np.float32).reshape(1, taps, 1, *kernel)
    return GroupConvolution(**fields)(bottom, np.repeat(one, channels, 0))


@CAFFE.imports("InnerProduct")
def inner_product(
    bottom: Value,
    weight: Value,
    bias: Value | None = None,
    *,
    num_output: int,
    bias_term: bool = True,
    axis: int = 1,
    transpose: bool = False,
) -> Value:
    """The axes from `axis` on as one vector, times a matrix, plus a bias"""
    start = axis_of(axis, bottom.type.rank)
    inputs = _inputs(weight, num_output, ())
    flat = reshape(bottom, [*map(DimOf, range(start)), inputs])
    shape = (inputs, num_output) if transpose else (num_output, inputs)
    made = MatMul(transpose_b=not transpose)(flat, reshaped(weight, shape))
    return _added(made, bias, (num_output,), bias_term)


@CAFFE.imports("Embed")
def embed(
    bottom: Value, weight: Value, bias: Value | None = None, *, num_output: int, input_dim: int, bias_term: bool = True
) -> Value:
    """The rows of a table that the bottom names by their numbers"""
    table = reshaped(weight, (input_dim, num_output))
    made = Gather()(table, Convert(DType.i32)(bottom), np.array(0, np.int64))
    return _added(made, bias, (num_output,), bias_term)


def _fields(stride: tuple[int, ...], pad: tuple[int, ...], dilation: tuple[int, ...]) -> dict[str, Any]:
    return dict(strides=stride, pads_begin=pad, pads_end=pad, dilations=dilation)


def _spatial(bottom: Value, axis: int) -> int:
    """How many spatial axes there are. Raises ShapeError, UnsupportedError."""
    rank = bottom.type.rank
    if axis not in (1, 1 - rank):
        raise UnsupportedError(f"axis {axis} is not supported, the channels must be axis 1")
    if not 3 <= rank <= 5:
        raise ShapeError(f"{bottom.type} has {max(0, rank - 2)} spatial axes; one to three are supported")
    return rank - 2


def _inputs(weight: Value, outputs: int, kernel: tuple[int, ...]) -> int:
    """How many inputs the filters have. Raises InputError where their number does not fit."""
    of_one = outputs * math.prod(kernel)
    elements = weight.type.elements
    if of_one < 1 or not isinstance(elements, int) or elements % of_one or not elements:
        raise InputError(f"the blob of weights {weight.type} does not fit {outputs} outputs of a kernel {list(kernel)}")
    return elements // of_one


def _check_groups(outputs: int, group: int) -> None:
    if group < 1 or outputs % group:
        raise InputError(f"num_output {outputs} is no multiple of group {group}")


def _biased(made: Value, bias: Value | None, channels: int, bias_term: bool) -> Value:
    return _added(made, bias, (1, channels, *(1,) * (made.type.rank - 2)), bias_term)


def _added(made: Value, bias: Value | None, shape: tuple[int, ...], bias_term: bool) -> Value:
    if not bias_term:
        return made
    if bias is None:
        raise InputError("bias_term is set, and the blob of the bias is missing")
    if bias.type.elements != math.prod(shape):
        raise InputError(f"the blob of the bias {bias.type} does not fit {math.prod(shape)} outputs")
    return Add()(made, reshaped(bias, shape))
