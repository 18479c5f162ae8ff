"""Planes of other sizes."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.interpolate import Interpolate
from dldt.compiler.ops.slice import Slice
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.shaping import fixed_space

_AXES = np.array([2, 3], np.int64)
LARGEST = 1 << 20
"""So many elements may a result have along an axis."""


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
    space = fixed_space(x)
    if reference is not None:
        wanted = fixed_space(reference)
    elif height > 0 and width > 0:
        wanted = (height, width)
    elif height or width:
        raise InputError(f"height {height} and width {width} must be given together")
    else:
        shrunk = [(size - 1) // shrink_factor + 1 for size in space]
        wanted = (shrunk[0] + (shrunk[0] - 1) * (zoom_factor - 1), shrunk[1] + (shrunk[1] - 1) * (zoom_factor - 1))
    return resized(x, space, wanted, "linear_onnx", "align_corners")


@CAFFE.imports("Accum")
def accum(
    *bottoms: Value,
    top_height: int = 0,
    top_width: int = 0,
    size_divisible_by: int = 0,
    have_reference: bool = False,
) -> Value:
    """The channels of all bottoms, each interpolated to one size with the corners on the corners: that of the last
    bottom where it is a reference, else the given one where it is larger than all, else the largest"""
    maps = bottoms[:-1] if have_reference else bottoms
    if not maps:
        raise InputError("have_reference is set, and the reference is the only bottom")
    spaces = [fixed_space(x) for x in maps]
    most = (max(height for height, _ in spaces), max(width for _, width in spaces))
    if size_divisible_by:
        high, wide = (-(-size // size_divisible_by) * size_divisible_by for size in most)
        given = (high, wide)
    else:
        given = (top_height, top_width)
    high, wide = given if given[0] > most[0] and given[1] > most[1] else most
    if have_reference:
        high, wide = fixed_space(bottoms[-1])
    pairs = zip(maps, spaces, strict=True)
    return Concat(1)(*(resized(x, space, (high, wide), "linear_onnx", "align_corners") for x, space in pairs))


def resized(
    x: Value,
    space: tuple[int, int],
    wanted: tuple[int, int],
    mode: str,
    coordinates: str,
    nearest: str = "round_prefer_floor",
    *,
    antialias: bool = False,
) -> Value:
    """``x`` of size ``space`` as ``wanted``. Raises InputError where that is absurd."""
    if any(not 1 <= size <= LARGEST for size in wanted):
        raise InputError(f"the result would be {wanted[0]} x {wanted[1]}; from 1 to {LARGEST} is possible")
    if wanted == space:
        return x
    scales = np.array([b / a for a, b in zip(space, wanted, strict=True)], np.float32)
    how = Interpolate(mode, "sizes", coordinates, nearest, antialias=antialias)
    return how(x, np.array(wanted, np.int64), scales, _AXES)


def _cut(x: Value, begin: int, end: int) -> Value:
    """x without so many rows and columns at the ends."""
    if not begin and not end:
        return x
    stops = np.array([size - end for size in fixed_space(x)], np.int64)
    return Slice()(x, np.array([begin] * 2, np.int64), stops, np.array([1, 1], np.int64), _AXES)
