"""Resizing: Resize in its four forms, and Upsample."""

from __future__ import annotations

import functools

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Minimum, Multiply, Subtract
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.interpolate import Interpolate
from dldt.compiler.ops.rounding import Floor
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.types import DType
from dldt.frontends.engine.known import known_array, known_dims
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.resampled import Resampling, Stretch, resampled

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
    known = known_array(scales)
    if known is not None:
        return _by_scales(X, known, None, _How(_old_mode(mode)))
    kind = "nearest" if _old_mode(mode) == "nearest" else "linear"
    return _resampled(X, None, scales, None, None, Resampling(kind, "asymmetric", "floor"))


@ONNX.imports("Resize", since=10)
def resize_10(X: Value, scales: Value, *, mode: str = "nearest") -> Value:
    """Enlarged or shrunk by factors an axis."""
    known = known_array(scales)
    if known is not None:
        return _by_scales(X, known, None, _How(_old_mode(mode)))
    kind = "nearest" if _old_mode(mode) == "nearest" else "linear"
    return _resampled(X, None, scales, None, None, Resampling(kind, "asymmetric", "floor"))


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
    how = Resampling(
        mode,
        coordinate_transformation_mode,
        nearest_mode,
        cubic_coeff_a,
        bool(exclude_outside),
        False,
        extrapolation_value,
    )
    return _resize(X, roi, scales, sizes, None, how)


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
    how = Resampling(
        mode,
        coordinate_transformation_mode,
        nearest_mode,
        cubic_coeff_a,
        bool(exclude_outside),
        False,
        extrapolation_value,
    )
    return _resize(X, roi, scales, sizes, None, how)


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
    how = Resampling(
        mode,
        coordinate_transformation_mode,
        nearest_mode,
        cubic_coeff_a,
        bool(exclude_outside),
        bool(antialias),
        extrapolation_value,
    )
    return _resize(X, roi, scales, sizes, axes, how, keep_aspect_ratio_policy)


def _old_mode(mode: str) -> str:
    return _MODES[one_of("mode", "linear" if mode == "bilinear" else mode, ("nearest", "linear"))]


def _how(how: Resampling) -> _How | None:
    """The same as Interpolate says it; None where it cannot."""
    crop = how.coordinates == "tf_crop_and_resize"
    excluded = how.exclude_outside and how.mode == "cubic"
    if crop or excluded or how.antialias or how.coordinates not in _COORDINATES:
        return None
    return _How(_MODES[how.mode], how.coordinates, how.nearest, how.cubic)


def _resize(
    X: Value,
    roi: Value | None,
    scales: Value | None,
    sizes: Value | None,
    axes: tuple[int, ...] | None,
    how: Resampling,
    policy: str = "stretch",
) -> Value:
    one_of("mode", how.mode, tuple(_MODES))
    one_of(
        "coordinate_transformation_mode", how.coordinates, (*_COORDINATES, "half_pixel_symmetric", "tf_crop_and_resize")
    )
    one_of("nearest_mode", how.nearest, _NEAREST)
    one_of("keep_aspect_ratio_policy", policy, ("stretch", "not_larger", "not_smaller"))
    if scales is not None and scales.type.elements == 0:
        scales = None
    if sizes is not None and sizes.type.elements == 0:
        sizes = None
    if (scales is None) == (sizes is None):
        raise InputError("exactly one of scales and sizes must be given")
    plain = _how(how)
    if scales is not None:
        known = known_array(scales)
        if plain is not None and known is not None:
            return _by_scales(X, known, axes, plain)
        return _resampled(X, roi, scales, None, axes, how)
    assert sizes is not None
    if plain is not None and policy == "stretch":
        return _to_sizes(X, sizes, axes, plain)
    return _resampled(X, roi, None, sizes, axes, how, policy)


def _resampled(
    X: Value,
    roi: Value | None,
    scales: Value | None,
    sizes: Value | None,
    axes: tuple[int, ...] | None,
    how: Resampling,
    policy: str = "stretch",
) -> Value:
    given = scales if scales is not None else sizes
    assert given is not None
    if not isinstance(given.type.elements, int):
        raise UnsupportedError(f"the number of scales or sizes must be fixed, their type is {given.type}")
    chosen = _axes(X, axes, given.type.elements)
    crop = how.coordinates == "tf_crop_and_resize"
    if crop and (roi is None or roi.type.elements != 2 * len(chosen)):
        raise InputError(f"tf_crop_and_resize needs a roi of {2 * len(chosen)} numbers")
    shape = ShapeOf()(X)
    before = [Gather()(shape, np.array(axis, np.int64), np.array(0, np.int64)) for axis in chosen]
    wide = [Convert(DType.f64)(_item(given, k)) for k in range(len(chosen))]
    factors = wide
    if sizes is not None:
        factors = [Divide()(size, Convert(DType.f64)(own)) for size, own in zip(wide, before, strict=True)]
    if policy != "stretch":
        pick = Minimum() if policy == "not_larger" else Maximum()
        shared = functools.reduce(lambda a, b: pick(a, b), factors)
        factors = [shared] * len(factors)
    stretches = []
    for k, axis in enumerate(chosen):
        start, end = (
            Convert(DType.f64)(_item(roi, i)) if crop and roi is not None else None for i in (k, k + len(chosen))
        )
        part = Convert(DType.f64)(before[k])
        if start is not None and end is not None and sizes is None:
            part = Multiply()(part, Subtract()(end, start))
        if sizes is not None and policy == "stretch":
            behind = Convert(DType.i64)(_item(sizes, k))
        else:
            shift = np.array(0.5 if policy != "stretch" else 0, np.float64)
            behind = Convert(DType.i64)(Floor()(Add()(Multiply()(part, factors[k]), shift)))
        if _is_kept(factors[k], crop):
            continue
        stretches.append(Stretch(axis, before[k], behind, factors[k], start, end))
    return resampled(X, stretches, how)


def _is_kept(factor: Value, crop: bool) -> bool:
    """Whether an axis stays as it is."""
    known = known_array(factor)
    return not crop and known is not None and float(known.reshape(())) == 1


def _item(numbers: Value, at: int) -> Value:
    return Gather()(numbers, np.array(at, np.int64), np.array(0, np.int64))


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
