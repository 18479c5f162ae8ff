"""Products with fixed-point numbers, as the operation set spells them: doubles that are rounded twice."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Convert, Floor, Multiply, Round
from dldt.compiler.types import Array, DType

_FRACTION = 31


@attrs.frozen(eq=False)
class Scaling:
    """``x * multiplier * 2^left / 2^31``, rounded, a half up, then divided by ``2^exponent``, and rounded, a half away
    from zero. Multipliers are below 2^31."""

    x: Value
    multiplier: Array
    left: Array
    exponent: Array


def scaled(x: Value, multiplier: Array, left: Array, exponent: Array) -> Value:
    """What ``scaling`` recognises: whole numbers in double precision."""
    wide = x if x.type.dtype is DType.f64 else Convert(DType.f64)(x)
    factor = np.ldexp(multiplier.astype(np.float64), left - _FRACTION)
    product: Value = Floor()(Add()(Multiply()(wide, factor), np.asarray(0.5)))
    if not exponent.any():
        return product
    divided: Value = Round("half_away_from_zero")(Multiply()(product, np.ldexp(1.0, -exponent)))
    return divided


def scaling(value: Value) -> Scaling | None:
    """The value as such a product; None where it is none."""
    if value.type.dtype is not DType.f64:
        return None
    exponent = np.zeros((), np.int64)
    if isinstance(value.op, Round) and value.op.mode == "half_away_from_zero":
        halved = _times(value.node.inputs[0])
        if halved is None:
            return None
        value, power = halved
        mantissa, places = np.frexp(power)
        exponent = 1 - places.astype(np.int64)
        if (mantissa != 0.5).any() or (exponent < 0).any() or (exponent > _FRACTION).any():
            return None
    if not isinstance(value.op, Floor):
        return None
    moved = value.node.inputs[0]
    assert moved is not None
    if not isinstance(moved.op, Add):
        return None
    product, half = moved.node.inputs
    if half is None or half.constant is None or not (half.constant == 0.5).all():
        return None
    found = _times(product)
    if found is None:
        return None
    x, factor = found
    left = np.maximum(np.frexp(factor)[1], 0).astype(np.int64)
    multiplier = np.ldexp(factor, _FRACTION - left)
    if (factor < 0).any() or (multiplier != np.rint(multiplier)).any():
        return None
    return Scaling(x, multiplier.astype(np.int32), left, exponent)


def _times(value: Value | None) -> tuple[Value, Array] | None:
    """A value and the constant that it is multiplied by."""
    if value is None or not isinstance(value.op, Multiply):
        return None
    first, second = value.node.inputs
    if first is None or second is None or second.constant is None:
        return None
    return first, second.constant
