"""Pixels at places that are computed: RoiAlign, DeformConv."""

from __future__ import annotations

from typing import Any

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Maximum, Minimum, Multiply, Subtract
from dldt.compiler.ops.comparison import GreaterEqual, LessEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.deformable_convolution import DeformableConvolution8
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.reduce import ReduceMax
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.roi_align import ROIAlign9
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.window import padding, per_axis
from dldt.passes.sampling import Tap, bounded, linear_taps


@ONNX.imports("RoiAlign", since=10)
def roi_align_10(
    X: Value,
    rois: Value,
    batch_indices: Value,
    *,
    mode: str = "avg",
    output_height: int = 1,
    output_width: int = 1,
    sampling_ratio: int = 0,
    spatial_scale: float = 1.0,
) -> Value:
    """For each region of a picture a grid of means (or maxima) of samples between its pixels."""
    size = (output_height, output_width)
    return _roi_align(X, rois, batch_indices, mode, size, sampling_ratio, spatial_scale, shifted=False)


@ONNX.imports("RoiAlign", since=16)
def roi_align_16(
    X: Value,
    rois: Value,
    batch_indices: Value,
    *,
    coordinate_transformation_mode: str = "half_pixel",
    mode: str = "avg",
    output_height: int = 1,
    output_width: int = 1,
    sampling_ratio: int = 0,
    spatial_scale: float = 1.0,
) -> Value:
    """As before; pixels may be taken to lie at halves."""
    known = one_of(
        "coordinate_transformation_mode", coordinate_transformation_mode, ("half_pixel", "output_half_pixel")
    )
    size, shifted = (output_height, output_width), known == "half_pixel"
    return _roi_align(X, rois, batch_indices, mode, size, sampling_ratio, spatial_scale, shifted=shifted)


@ONNX.imports("DeformConv", since=19)
def deform_conv_19(
    X: Value,
    W: Value,
    offset: Value,
    B: Value | None = None,
    mask: Value | None = None,
    *,
    dilations: tuple[int, ...] | None = None,
    group: int = 1,
    kernel_shape: tuple[int, ...] | None = None,
    offset_group: int = 1,
    pads: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
) -> Value:
    """Convolution whose taps are moved by offsets, and weighed by a mask."""
    if X.type.rank != 4 or W.type.rank != 4 or not all(isinstance(dim, int) for dim in W.type.shape):
        raise UnsupportedError(f"deformable convolution is of pictures by fixed weights, not of {X.type} by {W.type}")
    begin, end = padding(pads, "NOTSET", 2)
    step, dilation = per_axis("strides", strides, 2), per_axis("dilations", dilations, 2)
    build: type[Any] = DeformableConvolution8
    op = build(step, begin, end, dilation, "explicit", group, offset_group, bilinear_interpolation_pad=True)
    made: Value = op(X, offset, W) if mask is None else op(X, offset, W, mask)
    return made if B is None else Add()(made, reshaped(B, (1, W.type.shape[0], 1, 1)))


def _roi_align(
    X: Value,
    rois: Value,
    batch: Value,
    mode: str,
    size: tuple[int, int],
    ratio: int,
    scale: float,
    *,
    shifted: bool,
) -> Value:
    if X.type.rank != 4 or rois.type.rank != 2 or min(size) < 1:
        raise InputError(f"regions {rois.type} do not fit a picture {X.type}, or the output is empty")
    if one_of("mode", mode, ("avg", "max")) == "avg":
        return ROIAlign9(*size, ratio, scale, mode, "half_pixel_for_nn" if shifted else "asymmetric")(X, rois, batch)
    return _largest_samples(X, rois, batch, size, ratio, scale, shifted=shifted)


def _largest_samples(
    X: Value, rois: Value, batch: Value, size: tuple[int, int], ratio: int, scale: float, *, shifted: bool
) -> Value:
    """The largest weighted pixel of all samples of each cell, as onnxruntime has it; ROIAlign takes the largest sample,
    and none below 0."""
    if ratio < 1:
        raise UnsupportedError(
            "the largest of samples whose number follows from the size of each region is not supported; give a "
            "sampling_ratio"
        )
    shape, dtype = ShapeOf()(X), X.type.dtype
    columns = Reshape()(Transpose()(X, np.array([1, 0, 2, 3])), Concat(0)(_picked(shape, (1,)), np.array([-1])))
    sides = [Multiply()(Gather()(rois, _number(k), _number(1)), np.array(scale, dtype.numpy)) for k in range(4)]
    taps, insides, sizes = [], [], [_size(shape, 2), _size(shape, 3)]
    for axis, count in enumerate(size):
        low, high = (sides[1 - axis + 2 * k] for k in (0, 1))
        if shifted:
            low, high = (Subtract()(side, np.array(0.5, dtype.numpy)) for side in (low, high))
        extent = Subtract()(high, low)
        extent = extent if shifted else Maximum()(extent, np.array(1, dtype.numpy))
        share = (np.arange(count * ratio) + 0.5) / (count * ratio)
        at = Add()(_column(low), Multiply()(_column(extent), share.astype(dtype.numpy)[None]))
        end = Convert(dtype)(sizes[axis])
        insides.append(LogicalAnd()(GreaterEqual()(at, np.array(-1, dtype.numpy)), LessEqual()(at, end)))
        last = Subtract()(end, np.array(1, dtype.numpy))
        taps.append(linear_taps(Minimum()(Maximum()(at, np.array(0, dtype.numpy)), last)))
    made = _weighted_pixels(columns, batch, sizes, taps)
    inside = LogicalAnd()(Unsqueeze()(insides[0], np.array([2])), Unsqueeze()(insides[1], np.array([1])))
    made = Select()(inside, made, np.array(0, dtype.numpy))
    split = np.array([0, 0, size[0], ratio, size[1], ratio])
    cells = ReduceMax()(Reshape(special_zero=True)(made, split), np.array([3, 5]))
    return Transpose()(cells, np.array([1, 0, 2, 3]))


def _weighted_pixels(columns: Value, batch: Value, sizes: list[Value], taps: list[list[Tap]]) -> Value:
    """[C, R, rows, columns] of the pixels [C, N·H·W]: of the four weighted pixels of a sample the largest."""
    total: Value | None = None
    start = Multiply()(Convert(DType.i64)(batch), Multiply()(sizes[0], sizes[1]))
    for down in taps[0]:
        for right in taps[1]:
            row, column = bounded(down, sizes[0], "border"), bounded(right, sizes[1], "border")
            line = Add()(_column(start), Multiply()(row.place, sizes[1]))
            place = Add()(Unsqueeze()(line, np.array([2])), Unsqueeze()(column.place, np.array([1])))
            assert row.weight is not None
            assert column.weight is not None
            weight = Multiply()(Unsqueeze()(row.weight, np.array([2])), Unsqueeze()(column.weight, np.array([1])))
            part = Multiply()(Gather()(columns, place, _number(1)), weight)
            total = part if total is None else Maximum()(total, part)
    assert total is not None
    return total


def _picked(shape: Value, axes: tuple[int, ...]) -> Value:
    return Gather()(shape, np.array(axes, np.int64), _number(0))


def _size(shape: Value, axis: int) -> Value:
    return Gather()(shape, _number(axis), _number(0))


def _column(x: Value) -> Value:
    return Unsqueeze()(x, np.array([1]))


def _number(value: int) -> Array:
    return np.array(value, np.int64)
