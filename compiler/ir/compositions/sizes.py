"""Numbers of the sizes of values, for compositions."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.types import Array, DType


def size_of(x: Value, axis: int) -> Value:
    """A dim, counted from the front or the end, as an i64 scalar."""
    return Gather()(ShapeOf()(x), number(axis % x.type.rank), number(0))


def counted(count: Value) -> Value:
    """0, 1, … below an i64 scalar."""
    return Range(DType.i64)(number(0), count, number(1))


def scalar(x: Value) -> Value:
    """The one integer of an input, as an i64 scalar."""
    wide = x if x.type.dtype is DType.i64 else Convert(DType.i64)(x)
    return wide if x.type.rank == 0 else Reshape()(wide, np.zeros(0, np.int64))


def number(value: int) -> Array:
    """An i64 scalar."""
    return np.array(value, np.int64)


def like(x: Value, value: float) -> Array:
    """A scalar of the type of ``x``."""
    return np.array(value, x.type.dtype.numpy)
