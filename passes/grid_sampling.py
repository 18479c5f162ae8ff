"""GridSample as ordinary operations, over any number of axes."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.types import DType
from dldt.passes.sampling import Tap, bounded, cubic_taps, linear_taps, nearest_tap, sampled


def grid_sampled(pictures: Value, grid: Value, mode: str, outside: str, *, aligned: bool) -> Value:
    """Pixels of ``pictures`` [N, C, spatial...] at the places of ``grid`` [N, spatial'..., rank], which go from -1 to 1
    over the picture. ``mode`` is nearest, linear or cubic; what lies ``outside`` is zeros, border or reflection."""
    rank = pictures.type.rank - 2
    shape, places = ShapeOf()(pictures), ShapeOf()(grid)
    sizes = [Gather()(shape, np.array(2 + axis, np.int64), np.array(0, np.int64)) for axis in range(rank)]
    head = Slice()(shape, np.array([0]), np.array([2]), np.array([1]))
    pixels = Reshape(special_zero=True)(pictures, np.array([0, 0, -1], np.int64))
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
