"""Parts of pictures, resized."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Maximum, Minimum, Multiply, Subtract
from dldt.compiler.ops.comparison import GreaterEqual, LessEqual
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Ceiling, Floor, Round
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.types import DType
from dldt.frontends.engine.known import required_ints
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import cast, integer, ints, joined, like, size, sizes, wide


@TENSORFLOW.imports("CropAndResize")
def crop_and_resize(
    image: Value,
    boxes: Value,
    box_ind: Value,
    crop_size: Value,
    *,
    method: str = "bilinear",
    extrapolation_value: float = 0.0,
) -> Value:
    """Of each box (top, left, bottom, right from 0 to 1) a picture of crop_size; what lies outside has a number."""
    one_of("method", method, ("bilinear", "nearest"))
    height, width = required_ints(crop_size, "the input 'crop_size'", 2)
    rows = _positions(boxes, image, 1, height)
    columns = _positions(boxes, image, 2, width)
    flat = Reshape()(image, joined(ints(-1), sizes(image, (3,))))
    first = Multiply()(wide(box_ind), Multiply()(size(image, 1), size(image, 2)))
    start = Unsqueeze()(first, ints(1, 2))

    def picked(row: Value, column: Value) -> Value:
        line = Multiply()(Unsqueeze()(_inside(row, image, 1), ints(2)), size(image, 2))
        place = Add()(Add()(start, line), Unsqueeze()(_inside(column, image, 2), ints(1)))
        return cast(Gather()(flat, place, integer(0)), DType.f32)

    if method == "nearest":
        made = picked(_nearest(rows), _nearest(columns))
    else:
        top, left, bottom, right = Floor()(rows), Floor()(columns), Ceiling()(rows), Ceiling()(columns)
        across = Unsqueeze()(Subtract()(columns, left), ints(1, 3))
        down = Unsqueeze()(Subtract()(rows, top), ints(2, 3))
        upper = _between(picked(top, left), picked(top, right), across)
        lower = _between(picked(bottom, left), picked(bottom, right), across)
        made = _between(upper, lower, down)
    within = LogicalAnd()(
        Unsqueeze()(_within(rows, image, 1), ints(2, 3)), Unsqueeze()(_within(columns, image, 2), ints(1, 3))
    )
    return Select()(within, made, like(made, extrapolation_value))


def _positions(boxes: Value, image: Value, axis: int, count: int) -> Value:
    """Where the elements of each crop lie along an axis of the picture: [boxes, count]."""
    low, high = (Gather()(boxes, ints(axis - 1 + 2 * end), integer(1)) for end in (0, 1))
    last = Subtract()(cast(size(image, axis), DType.f32), 1.0)
    if count == 1:
        return Multiply()(Multiply()(Add()(low, high), like(low, 0.5)), last)
    step = Multiply()(Multiply()(Subtract()(high, low), last), like(low, 1 / (count - 1)))
    return Add()(Multiply()(low, last), Multiply()(step, np.arange(count, dtype=np.float32)))


def _inside(position: Value, image: Value, axis: int) -> Value:
    """The position as an index of the axis."""
    last = Subtract()(size(image, axis), integer(1))
    return Maximum()(Minimum()(cast(position, DType.i64), last), integer(0))


def _within(position: Value, image: Value, axis: int) -> Value:
    last = Subtract()(cast(size(image, axis), DType.f32), 1.0)
    return LogicalAnd()(GreaterEqual()(position, like(position, 0)), LessEqual()(position, last))


def _nearest(position: Value) -> Value:
    return Round("half_away_from_zero")(position)


def _between(a: Value, b: Value, share: Value) -> Value:
    return Add()(a, Multiply()(Subtract()(b, a), share))
