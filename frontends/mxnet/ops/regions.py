"""Regions of pictures, and pixels at places that are computed."""

from __future__ import annotations

from typing import Any

import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.deformable_convolution import DeformableConvolution, DeformableConvolution8
from dldt.compiler.ops.fourier import DFT, IDFT
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.grid_sample import GridSample
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.psroi_pooling import DeformablePSROIPooling, PSROIPooling
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.roi_align import ROIAlign9
from dldt.compiler.ops.roi_pooling import ROIPooling
from dldt.compiler.ops.shape_of import Range
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import cast, ints, number, size
from dldt.frontends.mxnet.new_shape import dims, reshaped_to, times
from dldt.frontends.mxnet.window import per_axis


@MXNET.imports("ROIPooling")
def roi_pooling(data: Value, rois: Value, *, pooled_size: tuple[int, ...], spatial_scale: float) -> Value:
    """The largest element of each cell of each region (picture, left, top, right, bottom)."""
    high, wide = _pair("pooled_size", pooled_size)
    return ROIPooling(high, wide, spatial_scale, "max")(data, rois)


@MXNET.imports("_contrib_ROIAlign")
def roi_align(
    data: Value,
    rois: Value,
    *,
    pooled_size: tuple[int, ...],
    spatial_scale: float,
    sample_ratio: int = -1,
    position_sensitive: bool = False,
    aligned: bool = False,
) -> Value:
    """Means of samples between pixels, for each cell of each region; `aligned`: pixels lie at halves."""
    if position_sensitive:
        raise UnsupportedError("ROIAlign with position_sensitive=True is not supported")
    high, wide = _pair("pooled_size", pooled_size)
    mode = "half_pixel_for_nn" if aligned else "asymmetric"
    pictures = Convert(DType.i64)(Gather()(rois, np.array(0, np.int64), np.array(1, np.int64)))
    sides = Slice()(rois, ints(1), ints(5), ints(1), ints(1))
    return ROIAlign9(high, wide, max(sample_ratio, 0), spatial_scale, "avg", mode)(data, sides, pictures)


@MXNET.imports("_contrib_PSROIPooling")
def psroi_pooling(
    data: Value, rois: Value, *, spatial_scale: float, output_dim: int, pooled_size: int, group_size: int = 0
) -> Value:
    """Means of the cells of each region, each of channels of its own."""
    if group_size not in (0, pooled_size):
        raise UnsupportedError(f"group_size {group_size} that differs from pooled_size {pooled_size} is not supported")
    return PSROIPooling(output_dim, spatial_scale, pooled_size, mode="average")(data, rois)


@MXNET.imports("_contrib_DeformablePSROIPooling")
def deformable_psroi_pooling(
    data: Value,
    rois: Value,
    trans: Value | None = None,
    *,
    spatial_scale: float,
    output_dim: int,
    group_size: int,
    pooled_size: int,
    part_size: int = 0,
    sample_per_part: int = 1,
    trans_std: float = 0.0,
    no_trans: bool = False,
) -> Value:
    """As before, with samples between pixels, whose cells are moved."""
    if group_size != pooled_size:
        raise UnsupportedError(f"group_size {group_size} that differs from pooled_size {pooled_size} is not supported")
    pool = DeformablePSROIPooling(
        output_dim,
        spatial_scale,
        group_size,
        spatial_bins_x=sample_per_part,
        spatial_bins_y=sample_per_part,
        trans_std=trans_std,
        part_size=part_size or pooled_size,
    )
    return pool(data, rois) if no_trans or trans is None else pool(data, rois, trans)


@MXNET.imports("_contrib_DeformableConvolution")
def deformable_convolution(
    data: Value,
    offset: Value,
    weight: Value,
    bias: Value | None = None,
    *,
    kernel: tuple[int, ...],
    stride: tuple[int, ...] = (),
    dilate: tuple[int, ...] = (),
    pad: tuple[int, ...] = (),
    num_filter: int,
    num_group: int = 1,
    num_deformable_group: int = 1,
    no_bias: bool = False,
    layout: str | None = None,
) -> Value:
    """A convolution whose taps are moved."""
    fields = _taps(weight, kernel, stride, dilate, pad, layout)
    build: Any = DeformableConvolution
    made = build(*fields, group=num_group, deformable_group=num_deformable_group)(data, offset, weight)
    return _biased(made, None if no_bias else bias)


@MXNET.imports("_contrib_ModulatedDeformableConvolution")
def modulated_deformable_convolution(
    data: Value,
    offset: Value,
    mask: Value,
    weight: Value,
    bias: Value | None = None,
    *,
    kernel: tuple[int, ...],
    stride: tuple[int, ...] = (),
    dilate: tuple[int, ...] = (),
    pad: tuple[int, ...] = (),
    num_filter: int,
    num_group: int = 1,
    num_deformable_group: int = 1,
    no_bias: bool = False,
    im2col_step: int = 64,
    layout: str | None = None,
) -> Value:
    """As before; the taps are weighed too."""
    fields = _taps(weight, kernel, stride, dilate, pad, layout)
    build: Any = DeformableConvolution8
    convolution = build(
        *fields, group=num_group, deformable_group=num_deformable_group, bilinear_interpolation_pad=True
    )
    return _biased(convolution(data, offset, weight, mask), None if no_bias else bias)


def _taps(
    weight: Value,
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilate: tuple[int, ...],
    pad: tuple[int, ...],
    layout: str | None,
) -> tuple[tuple[int, ...], ...]:
    """Strides, padding twice and dilations."""
    if layout not in (None, "NCHW") or tuple(weight.type.shape[2:]) != kernel:
        raise InputError(f"layout {layout} and kernel {list(kernel)} do not fit the weight {weight.type}")
    pads = per_axis("pad", pad, 2, 0)
    return per_axis("stride", stride, 2, 1), pads, pads, per_axis("dilate", dilate, 2, 1)


def _biased(y: Value, bias: Value | None) -> Value:
    return y if bias is None else Add()(y, reshaped(bias, (1, bias.type.elements, 1, 1)))


@MXNET.imports("GridGenerator")
def grid_generator(data: Value, *, transform_type: str, target_shape: tuple[int, ...] = (0, 0)) -> Value:
    """Where pixels are read [N, (column, row), H, W], -1 to 1: by a matrix [N, 6] of each picture, or by a flow."""
    if one_of("transform_type", transform_type, ("affine", "warp")) == "affine":
        return _affine(data, target_shape)
    if data.type.rank != 4:
        raise ShapeError(f"a flow must be [N, 2, H, W], not {data.type}")
    parts = []
    for channel, axis in ((0, 3), (1, 2)):
        count = size(data, axis)
        cells = _cells(data, axis)
        flow = Slice()(data, ints(channel), ints(channel + 1), ints(1), ints(1))
        half = Multiply()(Subtract()(cast(count, data.type.dtype), number(1, data)), number(0.5, data))
        moved = Add()(flow, Unsqueeze()(cells, ints(0, 1, 2) if axis == 3 else ints(0, 1, 3)))
        parts.append(Subtract()(Divide()(moved, half), number(1, data)))
    return Concat(1)(*parts)


def _cells(data: Value, axis: int) -> Value:
    count = Squeeze()(size(data, axis), ints(0))
    zero = data.graph.constant(np.array(0, np.int64))
    return cast(Range(DType.i64)(zero, count, np.array(1, np.int64)), data.type.dtype)


def _affine(data: Value, target_shape: tuple[int, ...]) -> Value:
    high, wide = _pair("target_shape", target_shape)
    if high * wide > 1 << 26:
        raise InputError(f"target_shape {list(target_shape)} is too large")
    columns, rows = (np.linspace(-1, 1, count) if count > 1 else np.zeros(1) - 1 for count in (wide, high))
    grid = np.stack([np.tile(columns, high), np.repeat(rows, wide), np.ones(high * wide)])
    kind = data.type.dtype.numpy
    matrix = Reshape()(data, ints(-1, 2, 3))
    made = MatMul()(matrix, data.graph.constant(grid.astype(kind)))
    return Reshape()(made, ints(-1, 2, high, wide))


@MXNET.imports("BilinearSampler")
def bilinear_sampler(data: Value, grid: Value) -> Value:
    """Pixels at places [N, (column, row), H, W] from -1 to 1, 0 outside."""
    return GridSample(align_corners=True)(data, Transpose()(grid, ints(0, 2, 3, 1)))


@MXNET.imports("SpatialTransformer")
def spatial_transformer(
    data: Value, loc: Value, *, target_shape: tuple[int, ...] = (0, 0), transform_type: str, sampler_type: str
) -> Value:
    """Pixels at places that a matrix of each picture gives."""
    one_of("transform_type", transform_type, ("affine",))
    one_of("sampler_type", sampler_type, ("bilinear",))
    return bilinear_sampler(data, _affine(loc, target_shape))


@MXNET.imports("_contrib_fft")
def fft(data: Value) -> Value:
    """The Fourier transform along the last axis, real and imaginary parts in turn."""
    whole = Unsqueeze()(data, ints(data.type.rank))
    pairs = Concat(data.type.rank)(whole, Multiply()(whole, number(0, data)))
    shape = dims(data)
    return reshaped_to(DFT()(pairs, ints(data.type.rank - 1)), [*shape[:-1], times(shape[-1], 2)])


@MXNET.imports("_contrib_ifft")
def ifft(data: Value) -> Value:
    """The real part of what was transformed, times the number of elements."""
    width = data.type.shape[-1]
    if not isinstance(width, int) or width % 2:
        raise ShapeError(f"the last dim of {data.type} must be fixed, with real and imaginary parts in turn")
    pairs = reshaped_to(data, [*dims(data)[:-1], width // 2, 2])
    made = IDFT()(pairs, ints(data.type.rank - 1))
    real = Gather()(made, np.array(0, np.int64), np.array(data.type.rank, np.int64))
    return Multiply()(real, number(width // 2, data))


def _pair(what: str, numbers: tuple[int, ...]) -> tuple[int, int]:
    if not 1 <= len(numbers) <= 2 or min(numbers) < 1:
        raise InputError(f"{what} is {list(numbers)}, two positive numbers are needed")
    return numbers[0], numbers[-1]
