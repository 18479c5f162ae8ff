"""Resizing: Resize in its four forms, and Upsample."""
# ruff: noqa: N803 - parameters carry the names of the ONNX schema

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.interpolate import Interpolate
from dldt.frontends.engine.known import known_dims, required_array
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.onnx.framework import ONNX

_MODES = {"nearest": "nearest", "linear": "linear_onnx", "cubic": "cubic"}
_COORDINATES = ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn")
_NEAREST = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")


@attrs.frozen
class _How:
    mode: str
    coordinates: str = "asymmetric"
    nearest: str = "simple"
    cubic: float = -0.75


@ONNX.imports("Upsample", since=7)
def upsample_7(X: Value, *, scales: tuple[float, ...], mode: str = "nearest") -> Value:
    """Enlarged by factors an axis."""
    return _by_scales(X, np.array(scales, np.float32), None, _How(_old_mode(mode)))


@ONNX.imports("Upsample", since=9, until=9)
def upsample_9(X: Value, scales: Value, *, mode: str = "nearest") -> Value:
    """As before, the factors as an input."""
    return _by_scales(X, required_array(scales, "the input 'scales'"), None, _How(_old_mode(mode)))


@ONNX.imports("Resize", since=10)
def resize_10(X: Value, scales: Value, *, mode: str = "nearest") -> Value:
    """Enlarged or shrunk by factors an axis."""
    return _by_scales(X, required_array(scales, "the input 'scales'"), None, _How(_old_mode(mode)))


@ONNX.imports("Resize", since=11)
def resize_11(
    X: Value,
    roi: Value,
    scales: Value,
    sizes: Value | None = None,
    *,
    coordinate_transformation_mode: str = "half_pixel",
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    extrapolation_value: float = 0.0,
    mode: str = "nearest",
    nearest_mode: str = "round_prefer_floor",
) -> Value:
    """By factors or to sizes, with a choice of coordinates and rounding."""
    how = _how(mode, coordinate_transformation_mode, nearest_mode, cubic_coeff_a, exclude_outside)
    return _resize(X, scales, sizes, None, how)


@ONNX.imports("Resize", since=13)
def resize_13(
    X: Value,
    roi: Value | None = None,
    scales: Value | None = None,
    sizes: Value | None = None,
    *,
    coordinate_transformation_mode: str = "half_pixel",
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    extrapolation_value: float = 0.0,
    mode: str = "nearest",
    nearest_mode: str = "round_prefer_floor",
) -> Value:
    """As before."""
    how = _how(mode, coordinate_transformation_mode, nearest_mode, cubic_coeff_a, exclude_outside)
    return _resize(X, scales, sizes, None, how)


@ONNX.imports("Resize", since=18)
def resize_18(
    X: Value,
    roi: Value | None = None,
    scales: Value | None = None,
    sizes: Value | None = None,
    *,
    antialias: int = 0,
    axes: tuple[int, ...] | None = None,
    coordinate_transformation_mode: str = "half_pixel",
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    extrapolation_value: float = 0.0,
    keep_aspect_ratio_policy: str = "stretch",
    mode: str = "nearest",
    nearest_mode: str = "round_prefer_floor",
) -> Value:
    """As before, along some axes."""
    if antialias:
        raise UnsupportedError("antialias is not supported")
    one_of("keep_aspect_ratio_policy", keep_aspect_ratio_policy, ("stretch",))
    how = _how(mode, coordinate_transformation_mode, nearest_mode, cubic_coeff_a, exclude_outside)
    return _resize(X, scales, sizes, axes, how)


def _old_mode(mode: str) -> str:
    return _MODES[one_of("mode", "linear" if mode == "bilinear" else mode, ("nearest", "linear"))]


def _how(mode: str, coordinates: str, nearest: str, cubic: float, exclude_outside: int) -> _How:
    if mode == "cubic" and exclude_outside:
        raise UnsupportedError("exclude_outside is not supported")
    return _How(
        _MODES[one_of("mode", mode, tuple(_MODES))],
        one_of("coordinate_transformation_mode", coordinates, _COORDINATES),
        one_of("nearest_mode", nearest, _NEAREST),
        cubic,
    )


def _resize(X: Value, scales: Value | None, sizes: Value | None, axes: tuple[int, ...] | None, how: _How) -> Value:
    if scales is not None and scales.type.elements == 0:
        scales = None
    if sizes is not None and sizes.type.elements == 0:
        sizes = None
    if (scales is None) == (sizes is None):
        raise InputError("exactly one of scales and sizes must be given")
    if scales is not None:
        return _by_scales(X, required_array(scales, "the input 'scales'"), axes, how)
    assert sizes is not None
    return _to_sizes(X, sizes, axes, how)


def _by_scales(
    X: Value, scales: np.ndarray[tuple[int, ...], np.dtype[np.generic]], axes: tuple[int, ...] | None, how: _How
) -> Value:
    chosen = _axes(X, axes, scales.size)
    factors = {axis: float(scale) for axis, scale in zip(chosen, scales.ravel().astype(np.float32), strict=True)}
    if any(not 0 < factor < 1 << 20 for factor in factors.values()):
        raise InputError(f"scales {list(factors.values())} must be above 0 and below 2**20")
    along = [axis for axis, factor in factors.items() if factor != 1 or axis >= 2]
    if all(factors[axis] == 1 for axis in along):
        return X
    dims = [X.type.shape[axis] for axis in along]
    sizes = [int(dim * factors[axis]) if isinstance(dim, int) else 1 for axis, dim in zip(along, dims, strict=True)]
    numbers = np.array([factors[axis] for axis in along], np.float32)
    return _interpolate(how, "scales")(X, np.array(sizes, np.int64), numbers, np.array(along, np.int64))


def _to_sizes(X: Value, sizes: Value, axes: tuple[int, ...] | None, how: _How) -> Value:
    dims, count = known_dims(sizes), sizes.type.elements
    if not isinstance(count, int):
        raise UnsupportedError(f"the number of the sizes must be fixed, their type is {sizes.type}")
    chosen = _axes(X, axes, count)
    if dims is None:
        ones = np.ones(count, np.float32)
        return _interpolate(how, "sizes")(X, sizes, ones, np.array(chosen, np.int64))
    wanted = dict(zip(chosen, dims, strict=True))
    along = [axis for axis, size in wanted.items() if size != X.type.shape[axis] or axis >= 2]
    if all(wanted[axis] == X.type.shape[axis] for axis in along):
        return X
    ones = np.ones(len(along), np.float32)
    static = all(isinstance(wanted[axis], int) for axis in along)
    if not static and along != chosen:
        along, ones = chosen, np.ones(len(chosen), np.float32)
    target = np.array([int(wanted[axis]) for axis in along], np.int64) if static else sizes
    return _interpolate(how, "sizes")(X, target, ones, np.array(along, np.int64))


def _interpolate(how: _How, calculation: str) -> Interpolate:
    return Interpolate(
        mode=how.mode,
        shape_calculation_mode=calculation,
        coordinate_transformation_mode=how.coordinates,
        nearest_mode=how.nearest,
        cube_coeff=how.cubic,
    )


def _axes(X: Value, axes: tuple[int, ...] | None, count: int) -> list[int]:
    rank = X.type.rank
    chosen = [axis + rank if axis < 0 else axis for axis in axes] if axes else list(range(rank))
    if len(chosen) != count or any(not 0 <= axis < rank for axis in chosen) or len(set(chosen)) != len(chosen):
        raise InputError(f"{count} sizes or scales are given for axes {chosen} of rank {rank}")
    return chosen
