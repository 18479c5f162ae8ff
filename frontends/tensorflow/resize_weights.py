"""The weights of elements in a resized axis, as a matrix [behind, before]."""

from __future__ import annotations

import numpy as np

from dldt.compiler.budget import budget
from dldt.compiler.errors import ShapeError
from dldt.compiler.types import Array

_STEPS = 1024
_MAX_ELEMENTS = 1 << 26


def cubic_weights(before: int, behind: int, align_corners: bool, half_pixel_centers: bool) -> Array:
    """Of a cubic interpolation. The table of weights has a step for each 1/1024; with half-pixel centres what lies
    outside has no weight, else the edge has its weight."""
    made = _zeros(before, behind)
    scale = np.float32(_scale(before, behind, align_corners))
    sharpness = -0.5 if half_pixel_centers else -0.75
    for row in range(behind):
        at = (np.float32(row) + np.float32(0.5)) * scale - np.float32(0.5) if half_pixel_centers else row * scale
        first = int(np.floor(at))
        step = int(np.rint(np.float32(at - np.float32(first)) * _STEPS))
        weights = _taps(step / _STEPS, sharpness)
        places = np.arange(first - 1, first + 3)
        if half_pixel_centers:
            weights = np.where((places >= 0) & (places < before), weights, 0)
            total = weights.sum()
            weights = weights / total if abs(total) >= 1000 * np.finfo(np.float32).tiny else weights
        np.add.at(made[row], np.clip(places, 0, before - 1), weights)
    return made.astype(np.float32)


def area_weights(before: int, behind: int, align_corners: bool) -> Array:
    """Of a mean over the part of the axis that an element covers."""
    made = _zeros(before, behind)
    scale = np.float32(_scale(before, behind, align_corners))
    for row in range(behind):
        low, high = np.float32(row * scale), np.float32((row + 1) * scale)
        for place in range(int(np.floor(low)), int(np.ceil(high))):
            share = min(place + 1, float(high)) - max(place, float(low))
            made[row, min(max(place, 0), before - 1)] += share / scale
    return made.astype(np.float32)


def _scale(before: int, behind: int, align_corners: bool) -> float:
    return (before - 1) / (behind - 1) if align_corners and behind > 1 else before / behind


def _taps(x: float, a: float) -> Array:
    """The weights of the elements at distances 1 + x, x, 1 - x and 2 - x."""
    near = [((a + 2) * d - (a + 3)) * d * d + 1 for d in (x, 1 - x)]
    far = [((a * d - 5 * a) * d + 8 * a) * d - 4 * a for d in (1 + x, 2 - x)]
    return np.array([far[0], near[0], near[1], far[1]])


def _zeros(before: int, behind: int) -> Array:
    if before < 1 or behind < 1:
        raise ShapeError(f"an axis of {before} elements cannot become one of {behind}")
    if before * behind > _MAX_ELEMENTS:
        raise ShapeError(f"an axis of {before} elements that becomes one of {behind} needs too many weights")
    budget().tick()
    return np.zeros((behind, before))
