"""The inputs of a node that is taken apart, and numbers of its sizes."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from dldt.compiler.errors import InternalError
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import Array, DType

FIRST = np.array([0])


def given(node: Node) -> tuple[Value, ...]:
    """All inputs of a node that has no optional ones in between."""
    found = tuple(value for value in node.inputs if value is not None)
    if found != tuple(node.inputs)[: len(found)]:
        raise InternalError(f"{node.op.type}: an input is left out before another one")
    return found


def size_of(x: Value, axis: int) -> Value:
    """A dim as an i64 scalar."""
    return ops.Gather()(ops.ShapeOf()(x), number(axis), number(0))


def counted(count: Value, kind: DType = DType.i64) -> Value:
    """0, 1, … below an i64 scalar."""
    return ops.Range(kind)(number(0), count, number(1))


def scalar(x: Value) -> Value:
    """The one number of an input, as an i64 scalar."""
    wide = converted(x, DType.i64)
    return wide if x.type.rank == 0 else ops.Reshape()(wide, np.zeros(0, np.int64))


def converted(x: Value, kind: DType) -> Value:
    """The value in another type."""
    return x if x.type.dtype is kind else ops.Convert(kind)(x)


def number(value: int) -> Array:
    """An i64 scalar."""
    return np.array(value, np.int64)
