"""Convolutions: filters [spatial…, inputs, outputs], data in either layout."""

from __future__ import annotations

from typing import Any

import numpy as np

from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.convolution import Convolution, GroupConvolution
from dldt.compiler.ops.transpose import Transpose
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.tensorflow.channels import as_given, channels_first, spatial
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.windows import window_fields


@TENSORFLOW.imports("Conv2D")
def conv2d(
    input: Value,
    filter: Value,
    *,
    strides: tuple[int, ...],
    use_cudnn_on_gpu: bool = True,
    padding: str,
    explicit_paddings: tuple[int, ...] = (),
    data_format: str = "NHWC",
    dilations: tuple[int, ...] = (1, 1, 1, 1),
) -> Value:
    """Correlation with filters; of fewer inputs than the data has channels, in groups."""
    return _convolution(input, filter, strides, padding, explicit_paddings, data_format, dilations)


@TENSORFLOW.imports("Conv3D")
def conv3d(
    input: Value,
    filter: Value,
    *,
    strides: tuple[int, ...],
    padding: str,
    data_format: str = "NDHWC",
    dilations: tuple[int, ...] = (1, 1, 1, 1, 1),
) -> Value:
    """The same over three axes."""
    return _convolution(input, filter, strides, padding, (), data_format, dilations)


@TENSORFLOW.imports("Conv")
def conv(
    input: Value,
    filter: Value,
    *,
    strides: tuple[int, ...],
    padding: str,
    explicit_paddings: tuple[int, ...] = (),
    data_format: str = "CHANNELS_LAST",
    dilations: tuple[int, ...] = (),
    batch_dims: int = 1,
    groups: int = 1,
) -> Value:
    """The same over two or three axes; `groups` is said by the shapes."""
    rank = input.type.rank
    if batch_dims != 1:
        raise UnsupportedError(f"batch_dims {batch_dims} is not supported (1 is)")
    layout = ("NDHWC" if rank == 5 else "NHWC") if data_format == "CHANNELS_LAST" else "NCDHW" if rank == 5 else "NCHW"
    return _convolution(input, filter, strides, padding, explicit_paddings, layout, dilations)


@TENSORFLOW.imports("DepthwiseConv2dNative")
def depthwise_conv2d(
    input: Value,
    filter: Value,
    *,
    strides: tuple[int, ...],
    padding: str,
    explicit_paddings: tuple[int, ...] = (),
    data_format: str = "NHWC",
    dilations: tuple[int, ...] = (1, 1, 1, 1),
) -> Value:
    """Each channel with filters of its own: [height, width, channels, filters a channel]."""
    if filter.type.rank != 4 or input.type.rank != 4:
        raise ShapeError(f"depthwise convolution needs data and filters of rank 4, not {input.type}, {filter.type}")
    fields = _fields(input, strides, padding, explicit_paddings, data_format, dilations)
    height, width, channels, each = filter.type.shape
    weights = Transpose()(filter, np.array([2, 3, 0, 1], np.int64))
    grouped = reshaped(weights, (channels, each, 1, height, width))
    made = GroupConvolution(**fields)(channels_first(input, data_format), grouped)
    return as_given(made, data_format)


def _convolution(
    x: Value,
    filters: Value,
    strides: tuple[int, ...],
    padding: str,
    paddings: tuple[int, ...],
    data_format: str,
    dilations: tuple[int, ...],
) -> Value:
    rank = x.type.rank
    if rank not in (4, 5) or filters.type.rank != rank:
        raise ShapeError(f"the data {x.type} and the filters {filters.type} must have one rank, 4 or 5")
    fields = _fields(x, strides, padding, paddings, data_format, dilations)
    data = channels_first(x, data_format)
    weights = Transpose()(filters, np.array([rank - 1, rank - 2, *range(rank - 2)], np.int64))
    outputs, inputs, *space = weights.type.shape
    channels = data.type.shape[1]
    if channels == inputs or not isinstance(channels, int):
        return as_given(Convolution(**fields)(data, weights), data_format)
    if not isinstance(inputs, int) or not isinstance(outputs, int) or min(inputs, channels) < 1 or channels % inputs:
        raise ShapeError(f"{channels} channels do not divide into filters of {inputs} inputs")
    groups = channels // inputs
    if outputs % groups:
        raise ShapeError(f"{outputs} filters do not divide into {groups} groups")
    grouped = reshaped(weights, (groups, outputs // groups, inputs, *space))
    return as_given(GroupConvolution(**fields)(data, grouped), data_format)


def _fields(
    x: Value,
    strides: tuple[int, ...],
    padding: str,
    paddings: tuple[int, ...],
    data_format: str,
    dilations: tuple[int, ...],
) -> dict[str, Any]:
    rank = x.type.rank
    fields = window_fields(rank, data_format, strides, padding, paddings)
    return fields | {"dilations": spatial("dilations", dilations or (1,) * rank, data_format, rank)}
