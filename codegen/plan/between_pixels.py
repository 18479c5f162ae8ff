"""Elements of pictures between their pixels."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.codegen.plan.shape_parts import shape_of, size_of
from dldt.compiler import ops
from dldt.compiler.graph import Value
from dldt.compiler.types import DType


@attrs.frozen
class Pixels:
    """Pictures in memory: rows of ``channels`` at each place, or single elements. Places may be counted from a
    ``start`` each."""

    memory: Value
    channels: bool
    start: Value | None = None

    def at(self, place: Value) -> Value:
        """What is at places; the channels come last."""
        at = place if self.start is None else ops.Add()(place, self.start)
        return ops.Gather()(self.memory, at, np.array(0))

    def over(self, x: Value) -> Value:
        """A number for each place, for all channels."""
        return ops.Unsqueeze()(x, np.array([-1])) if self.channels else x


def pixel_rows(pictures: Value) -> Pixels:
    """Of [N, C, H, W] the channels of each pixel, at places counted in pixels."""
    turned = ops.Transpose()(pictures, np.array([0, 2, 3, 1]))
    return Pixels(ops.Reshape()(turned, shape_of(-1, size_of(pictures, 1))), channels=True)


def single_elements(pictures: Value) -> Pixels:
    """The elements of [N, C, H, W], at places counted in all of them."""
    return Pixels(ops.Reshape()(pictures, np.array([-1])), channels=False)


def place_of(plane: Value, y: Value, x: Value, wide: Value, high: Value) -> Value:
    """Where row ``y`` and column ``x`` of plane number ``plane`` are in memory."""
    row = ops.Add()(ops.Multiply()(plane, high), y)
    return ops.Add()(ops.Multiply()(row, wide), x)


def between_pixels(pixels: Pixels, plane: Value, y: Value, x: Value, sizes: Sequence[Value]) -> Value:
    """Elements at rows ``y`` and columns ``x``, which lie between the first and the last ones of ``sizes``; of all
    shapes that broadcast."""
    high, wide = sizes
    rows, columns = (_taps(at, size) for at, size in ((y, high), (x, wide)))
    lines = []
    for row, _ in rows:
        pair = [
            ops.Multiply()(pixels.at(place_of(plane, row, column, wide, high)), pixels.over(weight))
            for column, weight in columns
        ]
        lines.append(ops.Add()(*pair))
    return ops.Add()(*(ops.Multiply()(line, pixels.over(row[1])) for line, row in zip(lines, rows, strict=True)))


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
