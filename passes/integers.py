"""Values of floating-point type that hold small integers: what quantised tensors are before they are scaled."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Convert, Subtract
from dldt.compiler.ops.linear import Linear
from dldt.compiler.types import Array, DType

BYTES = (DType.u8, DType.i8)
LARGEST = 255
"""The largest difference of two bytes."""


@attrs.frozen
class Bytes:
    """The float ``data - zero``: bytes, and their zero point, which is a number, or a value of one element (None:
    0)."""

    data: Value
    zero: Value | int = 0


def bytes_of(value: Value) -> Bytes | None:
    """The bytes that a float value holds: ``Convert(data)``, less its zero point. None where it holds none."""
    if isinstance(value.op, Convert):
        return _converted(value)
    if not isinstance(value.op, Add | Subtract):
        return None
    first, second = value.node.inputs
    assert first is not None
    assert second is not None
    found = _converted(first)
    if found is None:
        return None
    if second.constant is not None:
        array = second.constant
        whole = _integer(array, 2 * LARGEST) if array.size == 1 and array.ndim <= first.type.rank else None
        if whole is None:
            return None
        return Bytes(found.data, -whole if isinstance(value.op, Add) else whole)
    zero = _converted(second)
    single = zero is not None and zero.data.type.shape in ((), (1,)) and isinstance(value.op, Subtract)
    return Bytes(found.data, zero.data) if single and zero is not None else None


def integer_weights(array: Array | None) -> bool:
    """Whether the weights are differences of two bytes."""
    if array is None or array.dtype.kind != "f" or not array.size:
        return False
    return bool(np.abs(array).max() <= LARGEST and (array == np.rint(array)).all())


def sums_integers(linear: Value) -> bool:
    """Whether an operation contracts bytes with integers, so that its sums are integers. Neither a product nor a sum
    must be moved through it: the numbers would be none any more."""
    if not isinstance(linear.op, Linear) or linear.type.dtype is not DType.f32:
        return False
    data, weights = linear.node.inputs[:2]
    assert data is not None
    assert weights is not None
    if bytes_of(data) is None:
        return False
    return bytes_of(weights) is not None or integer_weights(weights.constant)


def holds_integers(value: Value) -> bool:
    """Whether a float value holds integers: bytes, sums of their products, or such a sum and a bias of integers."""
    if bytes_of(value) is not None or sums_integers(value):
        return True
    if not isinstance(value.op, Add):
        return False
    first, second = value.node.inputs
    assert first is not None
    assert second is not None
    return (
        sums_integers(first)
        and second.constant is not None
        and bool((np.rint(second.constant) == second.constant).all())
    )


def _converted(value: Value) -> Bytes | None:
    if not isinstance(value.op, Convert) or value.type.dtype is not DType.f32:
        return None
    (data,) = value.node.inputs
    return Bytes(data) if data is not None and data.type.dtype in BYTES else None


def _integer(array: Array, most: int) -> int | None:
    number = float(array.reshape(()))
    return int(number) if abs(number) <= most and number == round(number) else None
