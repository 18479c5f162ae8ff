"""Small constants and conversions that importers are full of."""

from __future__ import annotations

import math

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Maximum, Minimum
from dldt.compiler.ops.axes import normal_axis
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.types import Array, DType


def ints(*numbers: int) -> Array:
    """A vector of i64."""
    return np.array(numbers, np.int64)


def number(x: float, like: Value) -> Array:
    """``x`` as a scalar of the type of ``like``."""
    with np.errstate(all="ignore"):
        return np.array(x).astype(like.type.dtype.numpy)


def cast(x: Value, dtype: DType) -> Value:
    """``x`` in another element type."""
    return x if x.type.dtype is dtype else Convert(dtype)(x)


def clipped(x: Value, low: float | None, high: float | None) -> Value:
    """min(max(x, low), high), of bounds that may be missing."""
    if low is not None and low > -math.inf:
        x = Maximum()(x, number(low, x))
    return Minimum()(x, number(high, x)) if high is not None and high < math.inf else x


def size(x: Value, axis: int) -> Value:
    """A dim as a vector of one i64."""
    return Gather()(ShapeOf()(x), ints(axis), np.array(0, np.int64))


def axis_of(axis: int, x: Value) -> int:
    """``axis`` counted from the front. Raises ShapeError."""
    return normal_axis(axis, x.type.rank, "axis")
