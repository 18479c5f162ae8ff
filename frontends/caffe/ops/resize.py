"""Planes of other sizes."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.interpolate import Interpolate
from dldt.compiler.ops.slice import Slice
from dldt.frontends.caffe.framework import CAFFE

_AXES = np.array([2, 3], np.int64)
_LARGEST = 1 << 20


@CAFFE.imports("Interp")
def interp(
    bottom: Value,
    reference: Value | None = None,
    *,
    height: int = 0,
    width: int = 0,
    zoom_factor: int = 1,
    shrink_factor: int = 1,
    pad_beg: int = 0,
    pad_end: int = 0,
) -> Value:
    """Linear interpolation with the corners on the corners, of what is left when the border is cut off"""
    if pad_beg > 0 or pad_end > 0:
        raise InputError(f"pad_beg {pad_beg} and pad_end {pad_end} must not be above 0: they cut the border off")
    if shrink_factor < 1 or zoom_factor < 1:
        raise InputError(f"zoom_factor {zoom_factor} and shrink_factor {shrink_factor} must be at least 1")
    x = _cut(bottom, -pad_beg, -pad_end)
    space = _space(x)
    if reference is not None:
        wanted = _space(reference)
    elif height > 0 and width > 0:
        wanted = (height, width)
    elif height or width:
        raise InputError(f"height {height} and width {width} must be given together")
    else:
        shrunk = [(size - 1) // shrink_factor + 1 for size in space]
        wanted = (shrunk[0] + (shrunk[0] - 1) * (zoom_factor - 1), shrunk[1] + (shrunk[1] - 1) * (zoom_factor - 1))
    return _resized(x, space, wanted, "linear_onnx", "align_corners")


@CAFFE.imports("Resample")
def resample(
    bottom: Value,
    reference: Value | None = None,
    *,
    antialias: bool = True,
    width: int | None = None,
    height: int | None = None,
    type: str = "LINEAR",
    factor: float = 1.0,
) -> Value:
    """Nearest or linear interpolation between centres of elements; a smaller plane is a mean where `antialias`"""
    if type not in ("NEAREST", "LINEAR"):
        raise UnsupportedError(f"type {type} is not supported (NEAREST and LINEAR are)")
    space = _space(bottom)
    if reference is not None:
        wanted = _space(reference)
    elif width and height:
        wanted = (height, width)
    else:
        wanted = (int(space[0] * factor), int(space[1] * factor))
    if type == "NEAREST":
        return _resized(bottom, space, wanted, "nearest", "half_pixel", "round_prefer_ceil")
    return _resized(bottom, space, wanted, "linear", "half_pixel", antialias=antialias)


def _resized(
    x: Value,
    space: tuple[int, int],
    wanted: tuple[int, int],
    mode: str,
    coordinates: str,
    nearest: str = "round_prefer_floor",
    *,
    antialias: bool = False,
) -> Value:
    if any(not 1 <= size <= _LARGEST for size in wanted):
        raise InputError(f"the result would be {wanted[0]} x {wanted[1]}")
    if wanted == space:
        return x
    scales = np.array([b / a for a, b in zip(space, wanted, strict=True)], np.float32)
    how = Interpolate(mode, "sizes", coordinates, nearest, antialias=antialias)
    return how(x, np.array(wanted, np.int64), scales, _AXES)


def _cut(x: Value, begin: int, end: int) -> Value:
    """x without so many rows and columns at the ends."""
    if not begin and not end:
        return x
    stops = np.array([size - end for size in _space(x)], np.int64)
    return Slice()(x, np.array([begin] * 2, np.int64), stops, np.array([1, 1], np.int64), _AXES)


def _space(x: Value) -> tuple[int, int]:
    if x.type.rank != 4 or not all(isinstance(dim, int) for dim in x.type.shape[2:]):
        raise UnsupportedError(f"{x.type} must have four axes, the last two of fixed size")
    height, width = (int(dim) for dim in x.type.shape[2:] if isinstance(dim, int))
    return height, width
