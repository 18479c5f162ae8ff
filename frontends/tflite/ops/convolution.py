"""Convolutions: dense, depthwise, transposed, over two axes or three."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.convolution import Convolution, GroupConvolution
from dldt.compiler.ops.deconvolution import ConvolutionBackpropData
from dldt.compiler.ops.linear import Linear
from dldt.frontends.engine.channels_last import channels_first, channels_last, transposed
from dldt.frontends.engine.known import required_ints
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.tflite.activated import activated
from dldt.frontends.tflite.framework import CUSTOM, TFLITE
from dldt.frontends.tflite.padding import auto_pad, check_rank, check_strides


@TFLITE.imports("CONV_2D")
def conv_2d(
    input: Value,
    filter: Value,
    bias: Value | None = None,
    *,
    padding: str = "SAME",
    stride_w: int = 0,
    stride_h: int = 0,
    fused_activation_function: str = "NONE",
    dilation_w_factor: int = 1,
    dilation_h_factor: int = 1,
    quantized_bias_type: str = "FLOAT32",
) -> Value:
    """Filters are [out, height, width, in]; where ``in`` is less than the data's channels, there are groups."""
    check_rank(input, 4)
    check_rank(filter, 4)
    check_strides(stride_h, stride_w)
    out, height, width, depth = filter.type.static_shape
    channels = input.type.shape[3]
    weights = transposed(filter, (0, 3, 1, 2))
    kind: type[Convolution | GroupConvolution] = Convolution
    if isinstance(channels, int) and channels != depth:
        if not depth or not channels or channels % depth or out % (channels // depth):
            raise InputError(f"filters {filter.type} do not fit {channels} channels")
        groups = channels // depth
        kind, weights = GroupConvolution, reshaped(weights, (groups, out // groups, depth, height, width))
    dilations = (dilation_h_factor, dilation_w_factor)
    op = kind((stride_h, stride_w), (0, 0), (0, 0), dilations, auto_pad(padding))
    return _finished(op, channels_first(input), weights, bias, fused_activation_function)


@TFLITE.imports("DEPTHWISE_CONV_2D")
def depthwise_conv_2d(
    input: Value,
    filter: Value,
    bias: Value | None = None,
    *,
    padding: str = "SAME",
    stride_w: int = 0,
    stride_h: int = 0,
    depth_multiplier: int = 0,
    fused_activation_function: str = "NONE",
    dilation_w_factor: int = 1,
    dilation_h_factor: int = 1,
) -> Value:
    """Filters are [1, height, width, in * multiplier]; the multiplier follows from the shapes, as TF Lite has it."""
    check_rank(input, 4)
    check_rank(filter, 4)
    check_strides(stride_h, stride_w)
    one, height, width, out = filter.type.static_shape
    channels = input.type.shape[3]
    if not isinstance(channels, int) or one != 1 or not channels or out % channels:
        raise InputError(f"filters {filter.type} do not fit data {input.type}")
    weights = reshaped(transposed(filter, (3, 0, 1, 2)), (channels, out // channels, 1, height, width))
    dilations = (dilation_h_factor, dilation_w_factor)
    op = GroupConvolution((stride_h, stride_w), (0, 0), (0, 0), dilations, auto_pad(padding))
    return _finished(op, channels_first(input), weights, bias, fused_activation_function)


@TFLITE.imports("CONV_3D")
def conv_3d(
    input: Value,
    filter: Value,
    bias: Value | None = None,
    *,
    padding: str = "SAME",
    stride_d: int = 0,
    stride_w: int = 0,
    stride_h: int = 0,
    fused_activation_function: str = "NONE",
    dilation_d_factor: int = 1,
    dilation_w_factor: int = 1,
    dilation_h_factor: int = 1,
) -> Value:
    """Filters are [depth, height, width, in, out]."""
    check_rank(input, 5)
    check_rank(filter, 5)
    strides = (stride_d, stride_h, stride_w)
    check_strides(*strides)
    dilations = (dilation_d_factor, dilation_h_factor, dilation_w_factor)
    op = Convolution(strides, (0,) * 3, (0,) * 3, dilations, auto_pad(padding))
    weights = transposed(filter, (4, 3, 0, 1, 2))
    return _finished(op, channels_first(input), weights, bias, fused_activation_function)


@TFLITE.imports("TRANSPOSE_CONV")
def transpose_conv(
    output_shape: Value,
    weights: Value,
    input: Value,
    bias: Value | None = None,
    *,
    padding: str = "SAME",
    stride_w: int = 0,
    stride_h: int = 0,
    fused_activation_function: str = "NONE",
    quantized_bias_type: str = "FLOAT32",
) -> Value:
    """Filters are [out, height, width, in]."""
    check_rank(input, 4)
    check_rank(weights, 4)
    shape = _result_shape(output_shape, 4)
    filters = transposed(weights, (3, 0, 1, 2))
    strides, kernel = (stride_h, stride_w), weights.type.static_shape[1:3]
    made = _transposed(channels_first(input), filters, shape[1:3], strides, kernel, padding)
    return channels_last(activated(_biased(made, bias), fused_activation_function))


@TFLITE.imports("CONV_3D_TRANSPOSE")
def conv_3d_transpose(
    output_shape: Value,
    filter: Value,
    input: Value,
    bias: Value | None = None,
    *,
    padding: str = "SAME",
    stride_d: int = 0,
    stride_w: int = 0,
    stride_h: int = 0,
    fused_activation_function: str = "NONE",
    dilation_d_factor: int = 1,
    dilation_w_factor: int = 1,
    dilation_h_factor: int = 1,
) -> Value:
    """Filters are [depth, height, width, out, in]."""
    check_rank(input, 5)
    check_rank(filter, 5)
    if (dilation_d_factor, dilation_h_factor, dilation_w_factor) != (1, 1, 1):
        raise UnsupportedError("TF Lite defines CONV_3D_TRANSPOSE without dilations alone")
    shape = _result_shape(output_shape, 5)
    filters = transposed(filter, (4, 3, 0, 1, 2))
    strides, kernel = (stride_d, stride_h, stride_w), filter.type.static_shape[:3]
    made = _transposed(channels_first(input), filters, shape[1:4], strides, kernel, padding)
    return channels_last(activated(_biased(made, bias), fused_activation_function))


@TFLITE.imports("Convolution2DTransposeBias", domain=CUSTOM)
def convolution_2d_transpose_bias(
    input: Value, weights: Value, bias: Value, *, padding: str = "UNKNOWN", stride_w: int = 0, stride_h: int = 0
) -> Value:
    """MediaPipe's: the size follows from the data; SAME takes off what makes the last window a whole one."""
    check_rank(input, 4)
    check_rank(weights, 4)
    check_strides(stride_h, stride_w)
    kernel = weights.type.static_shape[1:3]
    cut = [0, 0]
    if padding == "SAME":
        cut = [
            max(0, k - (_static(size) - 1) % stride - 1)
            for k, size, stride in zip(kernel, input.type.shape[1:3], (stride_h, stride_w), strict=True)
        ]
    begins, ends = [c // 2 for c in cut], [c - c // 2 for c in cut]
    op = ConvolutionBackpropData((stride_h, stride_w), begins, ends, (1, 1), "explicit")
    made = op(channels_first(input), transposed(weights, (3, 0, 1, 2)))
    return channels_last(_biased(made, bias))


def _finished(op: Linear, data: Value, weights: Value, bias: Value | None, activation: str) -> Value:
    return channels_last(activated(_biased(op(data, weights), bias), activation))


def _biased(x: Value, bias: Value | None) -> Value:
    if bias is None:
        return x
    shape: list[Dim] = [1] * x.type.rank
    shape[1] = bias.type.elements
    return Add()(x, reshaped(bias, tuple(shape)))


def _transposed(
    data: Value,
    filters: Value,
    sizes: Sequence[int],
    strides: Sequence[int],
    kernel: Sequence[int],
    padding: str,
) -> Value:
    """A transposed convolution to known sizes: the convolution from there to the data's size has this padding."""
    check_strides(*strides)
    auto_pad(padding)
    begins, ends = [], []
    for own, size, stride, taps in zip(data.type.shape[2:], sizes, strides, kernel, strict=True):
        total = max((_static(own) - 1) * stride + taps - size, 0) if padding == "SAME" else 0
        begins.append(total // 2)
        ends.append((_static(own) - 1) * stride + taps - size - total // 2)
    extra = [max(-end, 0) for end in ends]
    ends = [max(end, 0) for end in ends]
    ones = (1,) * len(strides)
    return ConvolutionBackpropData(tuple(strides), begins, ends, ones, "explicit", extra)(data, filters)


def _result_shape(given: Value, rank: int) -> tuple[int, ...]:
    shape = required_ints(given, "input 'output_shape'")
    if len(shape) != rank or min(shape) < 1:
        raise InputError(f"the result's shape is {list(shape)}; {rank} numbers above 0 are needed")
    return shape


def _static(dim: Dim) -> int:
    if not isinstance(dim, int):
        raise UnsupportedError("a transposed convolution needs data whose height and width are fixed; give the shape")
    return dim
