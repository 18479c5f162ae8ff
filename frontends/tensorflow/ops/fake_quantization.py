"""Numbers rounded to those that integers of few bits stand for."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Minimum, Multiply
from dldt.compiler.ops.comparison import Less
from dldt.compiler.ops.fake_quantize import FakeQuantize
from dldt.compiler.ops.reduce import ReduceMax, ReduceMin
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Floor, Negative, Round
from dldt.compiler.ops.select import Select
from dldt.compiler.shown import shown
from dldt.compiler.types import Array
from dldt.frontends.engine.known import required_array, required_int
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import bounds, ints, like, normal_axis


@TENSORFLOW.imports("FakeQuantWithMinMaxArgs")
def fake_quant_with_min_max_args(
    inputs: Value, *, min: float = -6.0, max: float = 6.0, num_bits: int = 8, narrow_range: bool = False
) -> Value:
    """The nearest of 2**num_bits numbers from min to max, of which one is zero."""
    return _fake(inputs, np.array(min, np.float32), np.array(max, np.float32), num_bits, narrow_range)


@TENSORFLOW.imports("FakeQuantWithMinMaxVars")
def fake_quant_with_min_max_vars(
    inputs: Value, min: Value, max: Value, *, num_bits: int = 8, narrow_range: bool = False
) -> Value:
    """The same, the bounds as inputs."""
    low, high = (required_array(x, f"the input {shown(name)}") for x, name in ((min, "min"), (max, "max")))
    return _fake(inputs, low, high, num_bits, narrow_range)


@TENSORFLOW.imports("FakeQuantWithMinMaxVarsPerChannel")
def fake_quant_with_min_max_vars_per_channel(
    inputs: Value, min: Value, max: Value, *, num_bits: int = 8, narrow_range: bool = False
) -> Value:
    """The same, bounds for each element of the last axis."""
    low, high = (required_array(x, f"the input {shown(name)}") for x, name in ((min, "min"), (max, "max")))
    return _fake(inputs, low, high, num_bits, narrow_range)


@TENSORFLOW.imports("QuantizeAndDequantize")
def quantize_and_dequantize(
    input: Value,
    *,
    signed_input: bool = True,
    num_bits: int = 8,
    range_given: bool = False,
    input_min: float = 0.0,
    input_max: float = 0.0,
) -> Value:
    """The nearest multiple of a scale that fits the range."""
    low, high = (input.graph.constant(like(input, number)) for number in (input_min, input_max))
    return _rescaled(input, low, high, signed_input, num_bits, range_given)


@TENSORFLOW.imports("QuantizeAndDequantizeV2")
def quantize_and_dequantize_v2(
    input: Value,
    input_min: Value,
    input_max: Value,
    *,
    signed_input: bool = True,
    num_bits: int = 8,
    range_given: bool = False,
    round_mode: str = "HALF_TO_EVEN",
    narrow_range: bool = False,
    axis: int = -1,
) -> Value:
    """The same, the range as inputs."""
    mode = one_of("round_mode", round_mode, ("HALF_TO_EVEN", "HALF_UP"))
    return _rescaled(input, input_min, input_max, signed_input, num_bits, range_given, narrow_range, axis, mode)


@TENSORFLOW.imports("QuantizeAndDequantizeV3")
def quantize_and_dequantize_v3(
    input: Value,
    input_min: Value,
    input_max: Value,
    num_bits: Value,
    *,
    signed_input: bool = True,
    range_given: bool = True,
    narrow_range: bool = False,
    axis: int = -1,
) -> Value:
    """The same, the number of bits as an input."""
    bits = required_int(num_bits, "the input 'num_bits'")
    return _rescaled(input, input_min, input_max, signed_input, bits, range_given, narrow_range, axis)


TENSORFLOW.imports("QuantizeAndDequantizeV4")(quantize_and_dequantize_v2)


def nudged(low: Array, high: Array, bits: int, *, narrow: bool) -> tuple[Array, Array]:
    """The bounds moved so that zero is one of the numbers between, in f32."""
    if not 2 <= bits <= 16:
        raise InputError(f"num_bits is {bits}; it must be from 2 to 16")
    if (low > high).any() or not np.isfinite(low).all() or not np.isfinite(high).all():
        raise InputError("min is above max, or no number")
    least, most = np.float32(1 if narrow else 0), np.float32((1 << bits) - 1)
    scale = (np.asarray(high, np.float32) - np.asarray(low, np.float32)) / (most - least)
    safe = np.where(scale > 0, scale, np.float32(1))
    zero = least - np.asarray(low, np.float32) / safe
    place = np.where(zero < least, least, np.where(zero > most, most, np.floor(zero + np.float32(0.5))))
    return ((least - place) * scale).astype(np.float32), ((most - place) * scale).astype(np.float32)


def _fake(x: Value, low: Array, high: Array, bits: int, narrow: bool) -> Value:
    if np.shape(low) != np.shape(high) or np.ndim(low) > 1:
        raise InputError(f"min and max have the shapes {list(np.shape(low))} and {list(np.shape(high))}")
    below, above = nudged(np.asarray(low), np.asarray(high), bits, narrow=narrow)
    none = np.asarray(low == high)
    made = FakeQuantize((1 << bits) - int(narrow))(x, below, np.where(none, below + 1, above), below, above)
    if not none.any():
        return made
    return Multiply()(made, np.where(none, np.float32(0), np.float32(1)).astype(np.float32))


def _rescaled(
    x: Value,
    low: Value,
    high: Value,
    signed: bool,
    bits: int,
    range_given: bool,
    narrow: bool = False,
    axis: int = -1,
    mode: str = "HALF_TO_EVEN",
) -> Value:
    if not 1 + signed <= bits <= 24:
        raise UnsupportedError(f"num_bits is {bits}; it must be from {1 + signed} to 24")
    least = -(1 << (bits - 1)) + narrow if signed else 0
    most = (1 << (bits - 1)) - 1 if signed else (1 << bits) - 1
    if not range_given:
        kept = [a for a in range(x.type.rank) if axis < 0 or a != normal_axis(axis, x.type.rank)]
        low, high = ReduceMin(axis >= 0)(x, ints(*kept)), ReduceMax(axis >= 0)(x, ints(*kept))
    elif axis >= 0:
        shape = [-1 if a == normal_axis(axis, x.type.rank) else 1 for a in range(x.type.rank)]
        low, high = (Reshape()(each, ints(*shape)) for each in (low, high))
    scale = _scale(high, most)
    if least:
        scale = Minimum()(_scale(low, least), scale)
    step = Divide()(x.graph.constant(like(x, 1)), scale)
    held = x
    if range_given:
        held = Maximum()(Minimum()(x, Multiply()(step, like(x, most))), Multiply()(step, like(x, least)))
    scaled = Multiply()(held, scale)
    whole = Round("half_to_even")(scaled) if mode == "HALF_TO_EVEN" else _half_up(scaled)
    if not range_given:
        whole = Minimum()(whole, like(x, most))
    return Multiply()(whole, step)


def _scale(bound: Value, integer: int) -> Value:
    """integer / bound, the largest number where they have different signs."""
    huge = like(bound, bounds(bound.type.dtype)[1])
    good = Less()(bound, like(bound, 0)) if integer < 0 else Less()(Negative()(bound), like(bound, 0))
    safe = Select()(good, bound, like(bound, 1))
    return Select()(good, Divide()(bound.graph.constant(like(bound, integer)), safe), huge)


def _half_up(x: Value) -> Value:
    return Floor()(Add()(x, like(x, 0.5)))
