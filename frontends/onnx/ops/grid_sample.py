"""GridSample: pixels at places that are computed."""
# ruff: noqa: N803 - parameters carry the names of the ONNX schema

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.types import DType
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.sampling import Tap, bounded, cubic_taps, linear_taps, nearest_tap, sampled

_PADDINGS = ("zeros", "border", "reflection")


@ONNX.imports("GridSample", since=16)
def grid_sample_16(
    X: Value, grid: Value, *, align_corners: int = 0, mode: str = "bilinear", padding_mode: str = "zeros"
) -> Value:
    """Pixels of X [N,C,H,W] at the places of grid [N,H',W',2], which go from -1 to 1 over the picture."""
    known = one_of("mode", mode, ("bilinear", "nearest", "bicubic"))
    return _sample(X, grid, bool(align_corners), known.removeprefix("bi"), padding_mode)


@ONNX.imports("GridSample", since=20)
def grid_sample_20(
    X: Value, grid: Value, *, align_corners: int = 0, mode: str = "linear", padding_mode: str = "zeros"
) -> Value:
    """As before, with any number of spatial axes."""
    return _sample(X, grid, bool(align_corners), one_of("mode", mode, ("linear", "nearest", "cubic")), padding_mode)


def _sample(X: Value, grid: Value, aligned: bool, mode: str, padding_mode: str) -> Value:
    rank = X.type.rank - 2
    outside = one_of("padding_mode", padding_mode, _PADDINGS)
    if rank < 1 or grid.type.rank != rank + 2 or grid.type.shape[-1] != rank:
        raise InputError(f"a grid {grid.type} does not fit a picture {X.type}")
    if mode == "cubic" and rank != 2:
        raise UnsupportedError(f"cubic sampling is defined for pictures of 2 axes, this has {rank}")
    shape, places = ShapeOf()(X), ShapeOf()(grid)
    sizes = [Gather()(shape, np.array(2 + axis, np.int64), np.array(0, np.int64)) for axis in range(rank)]
    head = Slice()(shape, np.array([0]), np.array([2]), np.array([1]))
    pixels = Reshape()(X, Concat(0)(head, np.array([-1], np.int64)))
    rows = Reshape(special_zero=True)(grid, np.array([0, -1, rank], np.int64))
    taps = []
    for axis in range(rank):
        given = Gather()(rows, np.array(rank - 1 - axis, np.int64), np.array(2, np.int64))
        at = _position(given if given.type.dtype is not DType.f16 else Convert(DType.f32)(given), sizes[axis], aligned)
        taps.append([bounded(tap, sizes[axis], outside, aligned=aligned) for tap in _taps(at, mode)])
    made = sampled(pixels, sizes, taps)
    inner = Slice()(places, np.array([1]), np.array([1 + rank]), np.array([1]))
    return Reshape()(made, Concat(0)(head, inner))


def _taps(at: Value, mode: str) -> list[Tap]:
    if mode == "nearest":
        return nearest_tap(at)
    return linear_taps(at) if mode == "linear" else cubic_taps(at)


def _position(given: Value, size: Value, aligned: bool) -> Value:
    """Where -1 … 1 lies in pixels."""
    wide = Convert(given.type.dtype)(size)
    if aligned:
        return Multiply()(Multiply()(Add()(given, 1.0), 0.5), Subtract()(wide, 1.0))
    return Multiply()(Subtract()(Multiply()(Add()(given, 1.0), wide), 1.0), 0.5)
