"""Shapes of results, of which some dims are known and others are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Divide, Multiply
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.types import Array
from dldt.frontends.mxnet.literal import ints, size

Entry: TypeAlias = "int | Value"
"""A dim: a number, or a vector of one i64. -1 is what is left over."""


def dim(x: Value, axis: int) -> Entry:
    """A dim of ``x``."""
    known = x.type.shape[axis]
    return known if isinstance(known, int) else size(x, axis)


def dims(x: Value) -> list[Entry]:
    """All dims of ``x``."""
    return [dim(x, axis) for axis in range(x.type.rank)]


def times(a: Entry, b: Entry) -> Entry:
    """The product of two dims."""
    if isinstance(a, int) and isinstance(b, int):
        return a * b
    first, second = (a, b) if not isinstance(a, int) else (b, a)
    assert not isinstance(first, int)
    return Multiply()(first, ints(second) if isinstance(second, int) else second)


def over(a: Entry, b: int) -> Entry:
    """A dim divided by a number."""
    return a // b if isinstance(a, int) else Divide()(a, ints(b))


def reshaped_to(x: Value, shape: Sequence[Entry]) -> Value:
    """``x`` in another shape of as many elements."""
    unknown = [position for position, entry in enumerate(shape) if not isinstance(entry, int)]
    plain = [entry if isinstance(entry, int) else -1 for entry in shape]
    if len(unknown) + sum(entry == -1 for entry in shape if isinstance(entry, int)) <= 1 and 0 not in plain:
        return Reshape()(x, ints(*plain))
    return Reshape()(x, _vector(shape))


def broadcast_to(x: Value, shape: Sequence[Entry]) -> Value:
    """``x`` repeated along dims of 1."""
    return Broadcast()(x, _vector(shape))


def _vector(shape: Sequence[Entry]) -> Value | Array:
    if all(isinstance(entry, int) for entry in shape):
        return np.array(shape, np.int64)
    graph = next(entry for entry in shape if not isinstance(entry, int)).graph
    return Concat(0)(*(graph.constant(ints(entry)) if isinstance(entry, int) else entry for entry in shape))
