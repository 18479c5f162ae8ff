"""FlowNet's planes of other sizes."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.types import Array
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.ops.resize import LARGEST, resized
from dldt.frontends.caffe.shaping import fixed_space

_MOST = 1 << 24


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
    """Nearest, linear or cubic interpolation between centres; a smaller plane is a mean where `antialias`"""
    if type == "AREA":
        raise UnsupportedError("type AREA has no code in Caffe's forks either; NEAREST, LINEAR and CUBIC are supported")
    space = fixed_space(bottom)
    if reference is not None:
        wanted = fixed_space(reference)
    elif width and height:
        wanted = (height, width)
    else:
        if not 0 < factor < LARGEST:
            raise InputError(f"factor is {factor}; it must be above 0 and below {LARGEST}")
        wanted = (int(space[0] * factor), int(space[1] * factor))
    if any(not 1 <= size <= LARGEST for size in wanted):
        raise InputError(f"the result would be {wanted[0]} x {wanted[1]}; from 1 to {LARGEST} is possible")
    if wanted == space:
        return bottom
    steps = [a / b for a, b in zip(space, wanted, strict=True)]
    if type == "NEAREST" and steps[0] == steps[1]:
        return resized(bottom, space, wanted, "nearest", "half_pixel", "round_prefer_ceil")
    if type == "LINEAR" and steps[0] == steps[1]:
        return resized(bottom, space, wanted, "linear", "half_pixel", antialias=antialias)
    if max(a * b for a, b in zip(space, wanted, strict=True)) > _MOST:
        raise UnsupportedError(f"{type} from {space[0]} x {space[1]} to {wanted[0]} x {wanted[1]} is too large")
    # Caffe's code adds half the step of the other axis to the positions of each.
    places = [
        np.arange(size) * step + other / 2 - 0.5
        for size, step, other in zip(wanted, steps, reversed(steps), strict=True)
    ]
    if type == "NEAREST":
        return _picked(bottom, places, space)
    shrinks = antialias and max(steps) > 1
    rows, columns = (
        _weights(place, size, step if shrinks else 1.0, cubic=type == "CUBIC")
        for place, size, step in zip(places, space, steps, strict=True)
    )
    return MatMul()(rows, MatMul()(bottom, np.ascontiguousarray(columns.T)))


def _picked(x: Value, places: list[Array], space: tuple[int, int]) -> Value:
    """The elements nearest to rows and columns, halves rounded up."""
    for axis, place, size in zip((2, 3), places, space, strict=True):
        nearest = np.clip(np.floor(place + 0.5).astype(np.int64), 0, size - 1)
        x = Gather()(x, nearest, np.array(axis, np.int64))
    return x


def _weights(places: Array, size: int, wide: float, *, cubic: bool) -> Array:
    """What each element counts at each place: by a cubic or a triangle ``wide`` elements wide; the sum is 1."""
    apart = np.abs(places[:, None] - np.arange(size)) / wide
    if cubic:
        near, far = apart * apart * (1.5 * apart - 2.5) + 1, apart * (apart * (2.5 - 0.5 * apart) - 4) + 2
        found = np.where(apart <= 1, near, np.where(apart < 2, far, 0))
    else:
        found = np.maximum(0, 1 - apart)
    total = found.sum(1, keepdims=True)
    return np.asarray(np.divide(found, total, out=np.zeros_like(found), where=total != 0), np.float32)
