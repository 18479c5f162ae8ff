"""Elements of pictures between their pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from dldt.codegen.plan.shape_parts import shape_of, size_of
from dldt.compiler import ops
from dldt.compiler.graph import Value
from dldt.compiler.types import DType

Pick: TypeAlias = Callable[[Value], Value]
"""The elements at places in memory."""


def channels_first(pictures: Value) -> Pick:
    """Elements of all channels of [N, C, H, W], as [C, ...], at places counted in pixels of [N, H, W]."""
    turned = ops.Transpose()(pictures, np.array([1, 0, 2, 3]))
    columns = ops.Reshape()(turned, shape_of(size_of(pictures, 1), -1))
    return lambda place: ops.Gather()(columns, place, np.array(1))


def each_channel(pictures: Value) -> Pick:
    """Elements at places counted in all elements."""
    flat = ops.Reshape()(pictures, np.array([-1]))
    return lambda place: ops.Gather()(flat, place, np.array(0))


def place_of(plane: Value, y: Value, x: Value, wide: Value, high: Value) -> Value:
    """Where row ``y`` and column ``x`` of plane number ``plane`` are in memory."""
    row = ops.Add()(ops.Multiply()(plane, high), y)
    return ops.Add()(ops.Multiply()(row, wide), x)


def between_pixels(pick: Pick, plane: Value, y: Value, x: Value, sizes: Sequence[Value]) -> Value:
    """Elements at rows ``y`` and columns ``x``, which lie between the first and the last ones of ``sizes``; of all
    shapes that broadcast."""
    high, wide = sizes
    rows, columns = (_taps(at, size) for at, size in ((y, high), (x, wide)))
    lines = []
    for row, _ in rows:
        left, right = (pick(place_of(plane, row, column, wide, high)) for column, _ in columns)
        lines.append(ops.Add()(ops.Multiply()(left, columns[0][1]), ops.Multiply()(right, columns[1][1])))
    return ops.Add()(ops.Multiply()(lines[0], rows[0][1]), ops.Multiply()(lines[1], rows[1][1]))


def inside(at: Value, size: Value) -> Value:
    """Whether positions are not outside of the first and the last pixel."""
    last = ops.Convert(at.type.dtype)(ops.Subtract()(size, 1))
    return ops.LogicalAnd()(ops.GreaterEqual()(at, 0.0), ops.LessEqual()(at, last))


def _taps(at: Value, size: Value) -> list[tuple[Value, Value]]:
    low = ops.Floor()(at)
    first = ops.Convert(DType.i64)(low)
    second = ops.Minimum()(ops.Add()(first, 1), ops.Subtract()(size, 1))
    share = ops.Subtract()(at, low)
    one = at.graph.constant(np.array(1, at.type.dtype.numpy))
    return [(first, ops.Subtract()(one, share)), (second, share)]
