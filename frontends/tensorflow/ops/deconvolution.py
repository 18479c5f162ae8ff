"""Transposed convolutions: the gradients of convolutions by their data."""

from __future__ import annotations

from typing import Any

import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.deconvolution import ConvolutionBackpropData, GroupConvolutionBackpropData
from dldt.compiler.ops.transpose import Transpose
from dldt.frontends.engine.known import known_dims
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.tensorflow.channels import as_given, channels_first, channels_last, spatial
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.windows import explicit


@TENSORFLOW.imports("Conv2DBackpropInput")
def conv2d_backprop_input(
    input_sizes: Value,
    filter: Value,
    out_backprop: Value,
    *,
    strides: tuple[int, ...],
    use_cudnn_on_gpu: bool = True,
    padding: str,
    explicit_paddings: tuple[int, ...] = (),
    data_format: str = "NHWC",
    dilations: tuple[int, ...] = (1, 1, 1, 1),
) -> Value:
    """The transpose of a convolution whose data had the shape `input_sizes`."""
    fields = _fields(input_sizes, filter, out_backprop, strides, padding, explicit_paddings, data_format, dilations)
    return _transposed(filter, out_backprop, fields, data_format)


@TENSORFLOW.imports("Conv3DBackpropInputV2")
def conv3d_backprop_input(
    input_sizes: Value,
    filter: Value,
    out_backprop: Value,
    *,
    strides: tuple[int, ...],
    padding: str,
    data_format: str = "NDHWC",
    dilations: tuple[int, ...] = (1, 1, 1, 1, 1),
) -> Value:
    """The same over three axes."""
    fields = _fields(input_sizes, filter, out_backprop, strides, padding, (), data_format, dilations)
    return _transposed(filter, out_backprop, fields, data_format)


@TENSORFLOW.imports("DepthwiseConv2dNativeBackpropInput")
def depthwise_conv2d_backprop_input(
    input_sizes: Value,
    filter: Value,
    out_backprop: Value,
    *,
    strides: tuple[int, ...],
    padding: str,
    explicit_paddings: tuple[int, ...] = (),
    data_format: str = "NHWC",
    dilations: tuple[int, ...] = (1, 1, 1, 1),
) -> Value:
    """The same of a depthwise convolution."""
    fields = _fields(input_sizes, filter, out_backprop, strides, padding, explicit_paddings, data_format, dilations)
    height, width, channels, each = filter.type.shape
    weights = Transpose()(filter, np.array([2, 3, 0, 1], np.int64))
    grouped = reshaped(weights, (channels, each, 1, height, width))
    made = GroupConvolutionBackpropData(**fields)(channels_first(out_backprop, data_format), grouped)
    return as_given(made, data_format)


def _transposed(filters: Value, x: Value, fields: dict[str, Any], data_format: str) -> Value:
    rank = x.type.rank
    weights = Transpose()(filters, np.array([rank - 1, rank - 2, *range(rank - 2)], np.int64))
    return as_given(ConvolutionBackpropData(**fields)(channels_first(x, data_format), weights), data_format)


def _fields(
    sizes: Value,
    filters: Value,
    x: Value,
    strides: tuple[int, ...],
    padding: str,
    paddings: tuple[int, ...],
    data_format: str,
    dilations: tuple[int, ...],
) -> dict[str, Any]:
    rank = x.type.rank
    if rank not in (4, 5) or filters.type.rank != rank:
        raise ShapeError(f"the data {x.type} and the filters {filters.type} must have one rank, 4 or 5")
    mode = one_of("padding", padding, ("SAME", "VALID", "EXPLICIT"))
    step, dilation = (spatial(*each, data_format, rank) for each in (("strides", strides), ("dilations", dilations)))
    wanted = known_dims(sizes)
    if wanted is None:
        raise UnsupportedError("the shape 'input_sizes' is computed from data; it must follow from shapes")
    last = channels_last(data_format)
    result = wanted[-rank + 1 : -1] if last else wanted[-rank + 2 :]
    if len(wanted) == rank - 2:
        result = wanted
    if len(result) != rank - 2:
        raise ShapeError(f"the input 'input_sizes' has {len(wanted)} numbers, the data has rank {rank}")
    given = x.type.shape[1:-1] if last else x.type.shape[2:]
    kernel = filters.type.static_shape[: rank - 2]
    begin, end, extra = [], [], []
    low, high = explicit(rank, data_format, paddings) if mode == "EXPLICIT" else ((0,) * rank, (0,) * rank)
    for axis in range(rank - 2):
        reach = (kernel[axis] - 1) * dilation[axis] + 1
        surplus = step[axis] * (given[axis] - 1) + reach - result[axis]
        if not isinstance(surplus, int):
            raise UnsupportedError(f"the sizes {result} of the result do not follow from those of the data, {given}")
        total = max(surplus, 0) if mode == "SAME" else low[axis] + high[axis]
        begin.append(total // 2 if mode != "EXPLICIT" else low[axis])
        end.append(total - begin[axis])
        extra.append(total - surplus)
        if not 0 <= extra[axis] < max(step[axis], 2):
            raise InputError(f"no convolution makes {given} of the sizes {result}")
    return dict(strides=step, pads_begin=begin, pads_end=end, dilations=dilation, output_padding=extra)
