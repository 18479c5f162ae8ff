"""Quantised tensors as the operation set spells them: integers times a scale, and numbers rounded to bytes."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Clamp, Convert, Divide, FakeQuantize, Multiply, Round, Subtract
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType
from dldt.passes.integers import BYTES, Bytes, bytes_of

WHOLE = 1e-3
"""How far a zero point that is computed from bounds may be from a whole number."""

_DEPTH = 6
"""The most operations between constants and their bytes: those of a quantisation."""


@attrs.frozen
class ScaledBytes:
    """A float value that is ``integers * scale``: bytes less their zero point, as floats, and one number."""

    integers: Value
    bytes: Bytes
    scale: np.float32


@attrs.frozen
class Quantization:
    """Bytes that are ``x`` divided by ``scale``, rounded, plus ``zero``, saturated."""

    x: Value
    scale: np.float32
    zero: int


def scaled_bytes(value: Value) -> ScaledBytes | None:
    """The value as bytes times a number; None where it is none."""
    if not isinstance(value.op, Multiply) or value.type.dtype is not DType.f32:
        return None
    integers, scale = value.node.inputs
    assert integers is not None
    assert scale is not None
    found = bytes_of(integers)
    if found is None or scale.constant is None or scale.constant.size != 1 or scale.type.rank > integers.type.rank:
        return None
    return ScaledBytes(integers, found, np.float32(scale.constant.reshape(())))


def scaled_constant(value: Value) -> tuple[Array, Array] | None:
    """A value that is computed from constants, as integers and a scale for each; None where it is none. It may be moved
    to another shape or order in between."""
    op, inputs = value.op, value.node.inputs
    if isinstance(op, Multiply):
        return _multiplied(*inputs)
    if isinstance(op, FakeQuantize):
        return _levels(op, inputs)
    if op.has(Trait.PERMUTATION) and inputs and all(v is None or v.constant is not None for v in inputs[1:]):
        assert inputs[0] is not None
        found = scaled_constant(inputs[0])
        others = [None if v is None else v.constant for v in inputs[1:]]
        if found is None:
            return None
        integers, scales = (np.asarray(op.evaluate(array, *others)) for array in found)
        return integers, scales
    return None


def quantization(value: Value) -> Quantization | None:
    """The value as bytes that a number was rounded to; None where it is none."""
    if not isinstance(value.op, Convert) or value.type.dtype not in BYTES:
        return None
    clamp = _first(value)
    low, high = value.type.dtype.bounds
    if not isinstance(clamp.op, Clamp) or clamp.op.min != low or clamp.op.max != high:
        return None
    whole = _first(clamp)
    zero = 0
    if isinstance(whole.op, Add):
        shift = whole.node.inputs[1]
        assert shift is not None
        if shift.constant is None or shift.constant.size != 1 or (shift.constant != np.rint(shift.constant)).any():
            return None
        whole, zero = _first(whole), int(shift.constant.reshape(()))
    quotient = _first(whole) if isinstance(whole.op, Round) else whole
    if not isinstance(whole.op, Round) or whole.op.mode != "half_to_even" or not isinstance(quotient.op, Divide):
        return None
    divisor = quotient.node.inputs[1]
    assert divisor is not None
    x = _first(quotient)
    if divisor.constant is None or divisor.constant.size != 1 or x.type.shape != value.type.shape:
        return None
    return Quantization(x, np.float32(divisor.constant.reshape(())), zero) if x.type.dtype is DType.f32 else None


def rounded_to_bytes(x: Value, scale: Value | Array, zero: int, dtype: DType) -> Value:
    """What ``quantization`` recognises."""
    whole = Round("half_to_even")(Divide()(x, scale))
    if zero:
        whole = Add()(whole, np.asarray(zero, np.float32))
    low, high = dtype.bounds
    made: Value = Convert(dtype)(Clamp(float(low), float(high))(whole))
    return made


def zero_of(low: Array, high: Array, levels: int) -> Array | None:
    """The levels that stand for 0, as whole numbers; None where 0 is no level."""
    with np.errstate(all="ignore"):
        zero = -low.astype(np.float64) * (levels - 1) / (high.astype(np.float64) - low)
        whole = np.rint(zero)
        return whole if np.isfinite(zero).all() and (np.abs(zero - whole) <= WHOLE).all() else None


def _first(value: Value) -> Value:
    first = value.node.inputs[0]
    assert first is not None
    return first


def _multiplied(integers: Value | None, scale: Value | None) -> tuple[Array, Array] | None:
    assert integers is not None
    if scale is None or scale.constant is None or scale.constant.dtype != np.float32:
        return None
    whole = _integers(integers)
    if whole is None or np.broadcast_shapes(whole.shape, scale.constant.shape) != whole.shape:
        return None
    return whole, np.broadcast_to(scale.constant, whole.shape)


def _integers(value: Value) -> Array | None:
    """The constant integers that a float value holds: a Convert, perhaps less a Convert or a number."""
    if isinstance(value.op, Convert):
        array = _computed(_first(value), _DEPTH)
        return array.astype(np.int64) if array is not None and array.dtype.kind in "iu" else None
    if not isinstance(value.op, Subtract):
        return None
    first, second = value.node.inputs
    assert first is not None
    assert second is not None
    whole = _integers(first)
    zero = second.constant if second.constant is not None else _integers(second)
    if whole is None or zero is None or (zero != np.rint(zero)).any():
        return None
    return np.asarray(whole - zero.astype(np.int64))


def _computed(value: Value, depth: int) -> Array | None:
    """What a value holds that follows from constants by a few operations, as weights that the model quantises."""
    if value.constant is not None or not depth or not value.op.is_pure() or len(value.node.outputs) > 1:
        return value.constant
    arrays = [None if v is None else _computed(v, depth - 1) for v in value.node.inputs]
    if not arrays or any(a is None for a in arrays) or value.op.has(Trait.SOURCE):
        return None
    return np.asarray(value.op.evaluate(*arrays))


def _levels(op: FakeQuantize, inputs: tuple[Value | None, ...]) -> tuple[Array, Array] | None:
    """The levels to which constants are rounded, as integers."""
    arrays = [None if v is None else v.constant for v in inputs]
    data, low, high, first, last = arrays
    if data is None or low is None or high is None or first is None or last is None or op.levels > 256:
        return None
    zero = zero_of(first, last, op.levels)
    if zero is None or data.dtype != np.float32:
        return None
    scale = ((last.astype(np.float64) - first) / (op.levels - 1)).astype(np.float32)
    level = np.rint(op.evaluate(data, low, high, np.zeros_like(low), np.full_like(high, op.levels - 1)))
    return np.asarray(level - zero).astype(np.int64), np.broadcast_to(scale, data.shape)
