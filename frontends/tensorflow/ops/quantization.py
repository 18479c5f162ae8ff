"""Numbers as integers of a range, and back."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.rounding import Round
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.known import required_array
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import cast, normal_axis

_MODES = ("MIN_COMBINED", "MIN_FIRST", "SCALED")


@TENSORFLOW.imports("QuantizeV2")
def quantize_v2(
    input: Value,
    min_range: Value,
    max_range: Value,
    *,
    T: DType,
    mode: str = "MIN_COMBINED",
    round_mode: str = "HALF_AWAY_FROM_ZERO",
    narrow_range: bool = False,
    axis: int = -1,
    ensure_minimum_range: float = 0.01,
) -> tuple[Value, ...]:
    """The integers, and the range that they stand for."""
    one_of("mode", mode, _MODES)
    rounding = {"HALF_AWAY_FROM_ZERO": "half_away_from_zero", "HALF_TO_EVEN": "half_to_even"}
    whole = Round(rounding[one_of("round_mode", round_mode, tuple(rounding))])
    low, high = _bounds(min_range, max_range)
    if not 0 <= ensure_minimum_range < np.inf:
        raise InputError(f"ensure_minimum_range is {ensure_minimum_range}; a number of 0 or more is needed")
    least, most = T.bounds
    low = np.minimum(low, np.float32(0))
    reach = np.maximum(np.float32(1), np.maximum(np.abs(low), np.abs(high))) * np.float32(ensure_minimum_range)
    high = np.maximum(np.float32(0), np.maximum(high, low + reach))
    if mode == "SCALED":
        least += int(narrow_range)
        scale = np.float32(most) / high
        if T.is_signed:
            scale = np.minimum(np.where(low < 0, np.float32(least) / np.minimum(low, -1e-30), np.inf), scale)
        made = whole(Multiply()(input, _along(scale.astype(np.float32), input, axis)))
        low, high = least / scale, most / scale
    elif mode == "MIN_FIRST":
        steps = np.float64(1 << (8 * T.size))
        scale = (steps - 1) / (high.astype(np.float64) - low)
        start = np.round(low * scale) - least
        scaled = whole(Multiply()(input, _along(scale.astype(np.float32), input, axis)))
        made = Subtract()(scaled, _along(start.astype(np.float32), input, axis))
    else:
        scale = (np.float32(most) - np.float32(least)) / (high - low)
        moved = Multiply()(Subtract()(input, _along(low, input, axis)), _along(scale, input, axis))
        half = (most - least + 1) / 2 if T.is_signed else 0
        made = whole(Subtract()(moved, half) if half else moved)
    held = cast(Clamp(least, most)(made), T)
    graph = input.graph
    return held, *(
        graph.constant(np.asarray(bound, np.float32).reshape(min_range.type.static_shape)) for bound in (low, high)
    )


@TENSORFLOW.imports("Dequantize")
def dequantize(
    input: Value,
    min_range: Value,
    max_range: Value,
    *,
    mode: str = "MIN_COMBINED",
    narrow_range: bool = False,
    axis: int = -1,
    dtype: DType = DType.f32,
) -> Value:
    """The numbers that integers stand for."""
    one_of("mode", mode, _MODES)
    low, high = _bounds(min_range, max_range)
    given = input.type.dtype
    least, most = given.bounds
    data = cast(input, DType.f32)
    if mode == "SCALED":
        scale = high / np.float32(most)
        if given.is_signed:
            scale = np.maximum(low / np.float32(least + int(narrow_range)), scale)
        return cast(Multiply()(data, _along(scale, input, axis)), dtype)
    scale = (high - low) / (np.float32(most) - np.float32(least))
    offset = np.float32((most - least + 1) / 2 if given.is_signed else 0)
    if mode == "MIN_FIRST":
        offset, low = np.float32(-least), np.round(low / scale) * scale
    moved = Add()(data, float(offset)) if offset else data
    return cast(Add()(Multiply()(moved, _along(scale, input, axis)), _along(low, input, axis)), dtype)


def _bounds(low: Value, high: Value) -> tuple[Array, Array]:
    found = [
        required_array(x, f"the input {shown(name)}").astype(np.float32)
        for x, name in ((low, "min_range"), (high, "max_range"))
    ]
    if found[0].shape != found[1].shape or found[0].ndim > 1:
        raise InputError(f"min_range and max_range have the shapes {list(found[0].shape)} and {list(found[1].shape)}")
    if not np.isfinite(found).all():
        raise InputError("min_range or max_range is infinite or NaN")
    if (found[0] > found[1]).any():
        raise InputError("min_range is above max_range")
    return found[0], found[1]


def _along(numbers: Array, x: Value, axis: int) -> Array:
    """The numbers as f32, with the axes of x."""
    made: Array = np.asarray(numbers, np.float32)
    if axis < 0:
        return made.reshape(()) if made.size == 1 else made
    shape = [1] * x.type.rank
    shape[normal_axis(axis, x.type.rank)] = -1
    return made.reshape(shape)
