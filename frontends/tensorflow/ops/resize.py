"""Resizing of pictures [batch, height, width, channels]."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.interpolate import Interpolate
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.known import known_array, known_dims
from dldt.frontends.tensorflow.channels import to_first, to_last
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import cast, ints, wide
from dldt.frontends.tensorflow.resize_weights import area_weights, cubic_weights


@TENSORFLOW.imports("ResizeBilinear")
def resize_bilinear(
    images: Value, size: Value, *, align_corners: bool = False, half_pixel_centers: bool = False
) -> Value:
    """The four nearest elements, weighed by their distances."""
    coordinates = "align_corners" if align_corners else "half_pixel" if half_pixel_centers else "asymmetric"
    return _interpolated(cast(images, DType.f32), size, "linear_onnx", coordinates, "floor")


@TENSORFLOW.imports("ResizeNearestNeighbor")
def resize_nearest_neighbor(
    images: Value, size: Value, *, align_corners: bool = False, half_pixel_centers: bool = False
) -> Value:
    """The nearest element; without `half_pixel_centers` the one below."""
    if align_corners:
        return _interpolated(images, size, "nearest", "align_corners", "round_prefer_ceil")
    coordinates = "tf_half_pixel_for_nn" if half_pixel_centers else "asymmetric"
    return _interpolated(images, size, "nearest", coordinates, "floor")


@TENSORFLOW.imports("ResizeBicubic")
def resize_bicubic(
    images: Value, size: Value, *, align_corners: bool = False, half_pixel_centers: bool = False
) -> Value:
    """Sixteen elements, weighed by cubic polynomials, whose numbers stand in a table of 1024 steps."""
    return _weighed(
        images, size, lambda before, behind: cubic_weights(before, behind, align_corners, half_pixel_centers)
    )


@TENSORFLOW.imports("ResizeArea")
def resize_area(images: Value, size: Value, *, align_corners: bool = False) -> Value:
    """The mean over the area that an element covers."""
    return _weighed(images, size, lambda before, behind: area_weights(before, behind, align_corners))


def _interpolated(x: Value, size: Value, mode: str, coordinates: str, nearest: str) -> Value:
    _check(x, size)
    if known_dims(size) == x.type.shape[1:3]:
        return x
    known = known_array(size)
    sizes = wide(size) if known is None else known.astype(np.int64)
    op = Interpolate(
        mode=mode,
        shape_calculation_mode="sizes",
        coordinate_transformation_mode=coordinates,
        nearest_mode=nearest,
    )
    return to_last(op(to_first(x), sizes, np.ones(2, np.float32), ints(2, 3)))


def _weighed(x: Value, size: Value, weights: Callable[[int, int], Array]) -> Value:
    _check(x, size)
    wanted, given = known_dims(size), x.type.shape[1:3]
    fixed = [int(dim) for dim in (*(wanted or ()), *given) if isinstance(dim, int)]
    if len(fixed) != 4:
        raise UnsupportedError(f"the height and width before and behind must be fixed, not {given} and {wanted}")
    rows, columns = weights(fixed[2], fixed[0]), weights(fixed[3], fixed[1])
    data = to_first(cast(x, DType.f32))
    high = MatMul()(data.graph.constant(rows), data)
    return to_last(MatMul(transpose_b=True)(high, columns))


def _check(x: Value, size: Value) -> None:
    if x.type.rank != 4 or size.type.shape != (2,):
        raise ShapeError(f"pictures of rank 4 and a size of two numbers are needed, not {x.type} and {size.type}")
