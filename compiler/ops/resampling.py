"""The taps and weights of one axis of Interpolate."""

from __future__ import annotations

import math
from typing import Protocol

import attrs
import numpy as np

from dldt.compiler.types import Array


class Sampling(Protocol):
    """The attributes of Interpolate that tell where an output element is read, and how."""

    @property
    def mode(self) -> str:
        """nearest, linear, linear_onnx or cubic."""

    @property
    def coordinate_transformation_mode(self) -> str:
        """How an output position becomes an input coordinate."""

    @property
    def nearest_mode(self) -> str:
        """How a coordinate is rounded to a position."""

    @property
    def cube_coeff(self) -> float:
        """The coefficient of the cubic filter."""

    @property
    def antialias(self) -> bool:
        """Whether the filter widens where the axis shrinks."""


@attrs.frozen(eq=False)
class AxisTaps:
    """For every output position the input positions ``index`` [out, taps] and their ``weight`` [out, taps]."""

    index: Array
    weight: Array


def axis_taps(op: Sampling, size: int, out: int, scale: float) -> AxisTaps:
    """The taps of an axis of ``size`` elements that becomes ``out`` elements."""
    exact = op.mode == "nearest" and scale == out / size
    x = (exact_coordinates if exact else coordinates)(op.coordinate_transformation_mode, size, out, scale)
    if op.mode == "nearest":
        index = np.clip(nearest(op.nearest_mode, x, scale < 1), 0, size - 1)
        return AxisTaps(index[:, None], np.ones((out, 1)))
    if op.mode == "linear_onnx":
        return _linear_onnx(x, size)
    if op.mode == "cubic":
        return _cubic(x, size, op.cube_coeff)
    return _linear(x, size, scale, op.antialias)


def coordinates(mode: str, size: int, out: int, scale: float) -> Array:
    """The input coordinate (f32 arithmetic, as OpenVINO) of every output position."""
    p, s = np.arange(out, dtype=np.float32), np.float32(scale)
    half = np.float32(0.5)
    if mode == "asymmetric":
        return p / s
    if mode == "tf_half_pixel_for_nn":
        return (p + half) / s
    if mode == "align_corners":
        if out == 1:
            return np.zeros(1, np.float32)
        return p * np.float32(size - 1) / np.float32(out - 1)
    if mode == "pytorch_half_pixel" and out <= 1:
        return np.zeros(out, np.float32)
    if scale == 1.0:
        return p
    return (p + half) / s - half


def exact_coordinates(mode: str, size: int, out: int, scale: float) -> Array:
    """The same where the scale is out / size, as quotients of whole numbers: what lies half between two positions is
    told from what lies beside it."""
    p = np.arange(out, dtype=np.int64)
    if mode == "align_corners" or (mode == "pytorch_half_pixel" and out <= 1):
        return p * (size - 1) / max(out - 1, 1)
    if mode == "asymmetric":
        return p * size / out
    if mode == "tf_half_pixel_for_nn":
        return p.astype(np.float64) if size == out else (2 * p + 1) * size / (2 * out)
    return ((2 * p + 1) * size - out) / (2 * out)


def nearest(mode: str, x: Array, shrinks: bool) -> Array:
    """The coordinate rounded to a position."""
    if mode == "round_prefer_floor":
        return np.where(x == np.floor(x) + 0.5, np.floor(x), np.rint(x)).astype(np.int64)
    if mode == "round_prefer_ceil":
        return np.floor(x + np.float32(0.5)).astype(np.int64)
    if mode == "floor":
        return np.floor(x).astype(np.int64)
    if mode == "ceil" or shrinks:
        return np.ceil(x).astype(np.int64)
    return np.trunc(x).astype(np.int64)


def _linear_onnx(x: Array, size: int) -> AxisTaps:
    x = np.clip(x, 0, size - 1)
    left = np.minimum(np.floor(x).astype(np.int64), size - 1)
    right = np.minimum(left + 1, size - 1)
    far, near = np.abs(x - left).astype(np.float64), np.abs(x - right).astype(np.float64)
    same = left == right
    weight = np.stack([np.where(same, 0.5, near), np.where(same, 0.5, far)], 1)
    return AxisTaps(np.stack([left, right], 1), weight)


def _cubic(x: Array, size: int, a: float) -> AxisTaps:
    base = np.floor(x).astype(np.int64)
    t = (x - base).astype(np.float64)
    weight = np.stack(
        [
            ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a,
            ((a + 2) * t - (a + 3)) * t * t + 1,
            ((a + 2) * (1 - t) - (a + 3)) * (1 - t) * (1 - t) + 1,
            ((a * (2 - t) - 5 * a) * (2 - t) + 8 * a) * (2 - t) - 4 * a,
        ],
        1,
    )
    index = np.clip(base[:, None] + np.arange(-1, 3), 0, size - 1)
    return AxisTaps(index, weight)


def _linear(x: Array, size: int, scale: float, antialias: bool) -> AxisTaps:
    """A triangle filter: two elements wide, or as wide as an output element where ``antialias`` shrinks the axis."""
    a = scale if antialias and scale < 1 else 1.0
    radius = 2 if scale > 1 or not antialias else math.ceil(2 / a)
    centre = np.rint(x).astype(np.int64)
    index = centre[:, None] + np.arange(-radius, radius + 1)
    weight = np.maximum(0, 1 - np.abs(a * (x[:, None].astype(np.float64) - index)))
    weight = np.where((index >= 0) & (index < size), weight, 0)
    total = weight.sum(1, keepdims=True)
    return AxisTaps(np.clip(index, 0, size - 1), weight / np.where(total == 0, 1, total))
