"""Pictures sampled at positions that a net computes."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.comparison import GreaterEqual, Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.grid_sample import GridSample
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.shown import shown
from dldt.compiler.types import Array
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.shaping import DimOf, fixed_space, reshape

_CHANNELS = np.array([1], np.int64)


@CAFFE.imports("SpatialTransformer")
def spatial_transformer(
    bottom: Value,
    theta: Value,
    *,
    transform_type: str = "affine",
    sampler_type: str = "bilinear",
    output_H: int | None = None,
    output_W: int | None = None,
    to_compute_dU: bool = True,
    theta_1_1: float | None = None,
    theta_1_2: float | None = None,
    theta_1_3: float | None = None,
    theta_2_1: float | None = None,
    theta_2_2: float | None = None,
    theta_2_3: float | None = None,
    de_transform: bool = False,
) -> Value:
    """The picture at rows and columns that `theta` makes of those of the result, both from -1 up to 1"""
    if transform_type != "affine" or sampler_type != "bilinear" or de_transform:
        raise UnsupportedError(
            f"transform_type {shown(transform_type)}, sampler_type {shown(sampler_type)}, de_transform {de_transform}: "
            "an affine transform with bilinear sampling is supported"
        )
    height, width = fixed_space(bottom)
    high, wide = output_H or height, output_W or width
    if not 1 <= high * wide < 1 << 24 or min(high, wide) < 1:
        raise InputError(f"output_H is {high}, output_W {wide}; each must be at least 1, their product below 2**24")
    matrix = _matrix(theta, (theta_1_1, theta_1_2, theta_1_3, theta_2_1, theta_2_2, theta_2_3))
    found = MatMul(transpose_b=True)(_grid(high, wide)[None], matrix)
    # A position p in rows, then columns, is pixel (p + 1) / 2 · size; the grid has columns first, up to the last pixel.
    pixels = Multiply()(Add()(found, _f32(1)), _f32(height / 2, width / 2))
    return _sampled(bottom, reshape(pixels, [DimOf(0), high, wide, 2]), (height, width), "zeros", rows_first=True)


@CAFFE.imports("FlowWarp")
def flow_warp(bottom: Value, flow: Value, *, fill_value: str = "ZERO") -> Value:
    """The picture at each pixel's place plus `flow` (columns, rows); zeros (or NaN) from outside of the picture"""
    height, width = fixed_space(bottom)
    if flow.type.rank != 4 or fixed_space(flow) != (height, width) or flow.type.shape[1] != 2:
        raise InputError(f"the flow {flow.type} must have two channels, and height and width of {bottom.type}")
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    place = Transpose()(Add()(flow, np.stack([columns, rows])[None]), np.array([0, 2, 3, 1], np.int64))
    there = LogicalAnd()(GreaterEqual()(place, _f32(0)), Less()(place, _f32(width, height)))
    one = [Slice()(there, np.array([k]), np.array([k + 1]), np.array([1]), np.array([3])) for k in (0, 1)]
    inside = Transpose()(LogicalAnd()(*one), np.array([0, 3, 1, 2], np.int64))
    found = _sampled(bottom, place, (height, width), "border", rows_first=False)
    return Select()(inside, found, _f32(0 if fill_value == "ZERO" else np.nan))


def _matrix(theta: Value, known: tuple[float | None, ...]) -> Value:
    """[N, 2, 3]: numbers that are known, and in their gaps those of ``theta``."""
    missing = known.count(None)
    if theta.type.elements == 0 or theta.type.rank < 2:
        raise InputError(f"theta {theta.type} must have the axes N and {missing} numbers")
    rows = reshape(theta, [DimOf(0), missing]) if missing else theta
    if missing == 6:
        return reshape(rows, [DimOf(0), 2, 3])
    if not missing:
        return theta.graph.constant(np.array(known, np.float32).reshape(1, 2, 3))
    spread = np.zeros((missing, 6), np.float32)
    spread[np.arange(missing), [k for k, number in enumerate(known) if number is None]] = 1
    whole = Add()(MatMul()(rows, spread), np.array([[number or 0.0 for number in known]], np.float32))
    return reshape(whole, [DimOf(0), 2, 3])


def _grid(high: int, wide: int) -> Array:
    rows, columns = np.mgrid[:high, :wide]
    made = [rows / high * 2 - 1, columns / wide * 2 - 1, np.ones((high, wide))]
    return np.stack(made, -1).reshape(-1, 3).astype(np.float32)


def _sampled(x: Value, pixels: Value, space: tuple[int, int], padding: str, *, rows_first: bool) -> Value:
    """``x`` at pixels [N, H, W, 2], by the operation that wants them from -1 to 1."""
    if min(space) < 2:
        raise UnsupportedError(f"{x.type} is a single row or column: pictures of at least 2 x 2 elements are sampled")
    last = [size - 1 for size in space]
    order = last if rows_first else last[::-1]
    place = Add()(Multiply()(pixels, _f32(*(2 / size for size in order))), _f32(-1))
    if rows_first:
        one = [Slice()(place, np.array([k]), np.array([k + 1]), np.array([1]), np.array([3])) for k in (1, 0)]
        place = Concat(3)(*one)
    return GridSample(align_corners=True, padding_mode=padding)(x, place)


def _f32(*numbers: float) -> Array:
    return np.array(numbers, np.float32)
