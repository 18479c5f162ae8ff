"""Convolutions, inner products, and the rows of a table."""

from __future__ import annotations

import math

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.convolution import Convolution, GroupConvolution
from dldt.compiler.ops.deconvolution import ConvolutionBackpropData, GroupConvolutionBackpropData
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.types import DType
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.ops.activation import relu as rectified
from dldt.frontends.caffe.ops.convolution_settings import ConvolutionSettings
from dldt.frontends.caffe.shaping import DimOf, axis_of, reshape
from dldt.frontends.engine.reshaped import reshaped


@CAFFE.imports("Convolution")
def convolution(bottom: Value, weight: Value, bias: Value | None = None, *, settings: ConvolutionSettings) -> Value:
    """Correlation with `num_output` filters, in `group` groups of channels; a bias a channel"""
    rank = settings.rank(bottom)
    outputs, kernel, group = settings.outputs, settings.kernel(rank), settings.group
    inputs = _inputs(weight, outputs, kernel)
    if group == 1:
        made = Convolution(**settings.fields(rank))(bottom, reshaped(weight, (outputs, inputs, *kernel)))
    else:
        filters = reshaped(weight, (group, outputs // group, inputs, *kernel))
        made = GroupConvolution(**settings.fields(rank))(bottom, filters)
    return _biased(made, bias, settings)


@CAFFE.imports("DepthwiseConvolution")
@CAFFE.imports("ConvolutionDepthwise")
def depthwise_convolution(
    bottom: Value, weight: Value, bias: Value | None = None, *, settings: ConvolutionSettings
) -> Value:
    """As a convolution whose groups, where it names none, are the channels"""
    channels = bottom.type.shape[1] if bottom.type.rank > 1 else 0
    if settings.group != 1:
        return convolution(bottom, weight, bias, settings=settings)
    if not isinstance(channels, int):
        raise UnsupportedError(f"the channels of {bottom.type} must be fixed")
    return convolution(bottom, weight, bias, settings=attrs.evolve(settings, group=channels))


@CAFFE.imports("Deconvolution")
def deconvolution(bottom: Value, weight: Value, bias: Value | None = None, *, settings: ConvolutionSettings) -> Value:
    """The transpose of a convolution: filters [channels, outputs of a group, kernel]"""
    rank, group = settings.rank(bottom), settings.group
    kernel, outputs = settings.kernel(rank), settings.outputs // group
    channels = _inputs(weight, outputs, kernel)
    if group == 1:
        op = ConvolutionBackpropData(**settings.fields(rank))
        return _biased(op(bottom, reshaped(weight, (channels, outputs, *kernel))), bias, settings)
    if channels % group:
        raise InputError(f"{channels} channels do not divide into {group} groups")
    filters = reshaped(weight, (group, channels // group, outputs, *kernel))
    return _biased(GroupConvolutionBackpropData(**settings.fields(rank))(bottom, filters), bias, settings)


@CAFFE.imports("Im2col")
def im2col(bottom: Value, *, settings: ConvolutionSettings) -> Value:
    """The elements of each window as channels: all of the first channel, of the second …"""
    rank = settings.rank(bottom)
    kernel = settings.kernel(rank)
    channels, taps = bottom.type.shape[1], math.prod(kernel)
    if not isinstance(channels, int) or channels * taps * taps > 1 << 22:
        raise UnsupportedError(
            f"windows of {taps} elements of {channels} channels are not supported; they must be fixed, and fewer"
        )
    one = np.eye(taps, dtype=np.float32).reshape(1, taps, 1, *kernel)
    return GroupConvolution(**settings.fields(rank))(bottom, np.repeat(one, channels, 0))


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
    relu: bool = False,
    negative_slope: float = 0.0,
) -> Value:
    """The axes from `axis` on as one vector, times a matrix, plus a bias"""
    start = axis_of(axis, bottom.type.rank)
    inputs = _inputs(weight, num_output, ())
    flat = reshape(bottom, [*map(DimOf, range(start)), inputs])
    shape = (inputs, num_output) if transpose else (num_output, inputs)
    made = MatMul(transpose_b=not transpose)(flat, reshaped(weight, shape))
    whole = _added(made, bias, (num_output,), bias_term)
    return rectified(whole, negative_slope=negative_slope) if relu else whole


@CAFFE.imports("Embed")
def embed(
    bottom: Value, weight: Value, bias: Value | None = None, *, num_output: int, input_dim: int, bias_term: bool = True
) -> Value:
    """The rows of a table that the bottom names by their numbers"""
    table = reshaped(weight, (input_dim, num_output))
    made = Gather()(table, Convert(DType.i32)(bottom), np.array(0, np.int64))
    return _added(made, bias, (num_output,), bias_term)


def _inputs(weight: Value, outputs: int, kernel: tuple[int, ...]) -> int:
    """How many inputs the filters have. Raises InputError where their number does not fit."""
    of_one = outputs * math.prod(kernel)
    elements = weight.type.elements
    if of_one < 1 or not isinstance(elements, int) or elements % of_one or not elements:
        raise InputError(f"the blob of weights {weight.type} does not fit {outputs} outputs of a kernel {list(kernel)}")
    return elements // of_one


def _biased(made: Value, bias: Value | None, settings: ConvolutionSettings) -> Value:
    whole = _added(made, bias, (1, settings.outputs, *(1,) * (made.type.rank - 2)), settings.bias_term)
    return rectified(whole, negative_slope=settings.negative_slope) if settings.relu else whole


def _added(made: Value, bias: Value | None, shape: tuple[int, ...], bias_term: bool) -> Value:
    if not bias_term:
        return made
    if bias is None:
        raise InputError("bias_term is set, and the blob of the bias is missing")
    if bias.type.elements != math.prod(shape):
        raise InputError(f"the blob of the bias {bias.type} does not fit {math.prod(shape)} outputs")
    return Add()(made, reshaped(bias, shape))
