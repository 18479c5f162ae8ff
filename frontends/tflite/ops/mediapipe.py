"""MediaPipe's custom operations on landmarks and images."""

from __future__ import annotations

import numpy as np

from dldt.compiler.budget import budget
from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Minimum, Multiply, Subtract
from dldt.compiler.ops.comparison import Greater, Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalOr
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.pooling import MaxPool8
from dldt.compiler.ops.reduce import ReduceMax, ReduceMin
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Floor, Negative
from dldt.compiler.ops.scatter import ScatterElementsUpdate
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.unary import Cos, Sin
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.channels_last import channels_first, channels_last
from dldt.frontends.tflite.framework import CUSTOM, TFLITE
from dldt.frontends.tflite.ops.elementwise import angle
from dldt.frontends.tflite.padding import auto_pad, check_rank, check_strides


@TFLITE.imports("MaxPoolingWithArgmax2D", domain=CUSTOM)
def max_pooling_with_argmax_2d(
    input: Value,
    *,
    padding: str = "UNKNOWN",
    stride_w: int = 0,
    stride_h: int = 0,
    filter_width: int = 0,
    filter_height: int = 0,
    activation: int = 0,
) -> tuple[Value, ...]:
    """The largest of each window, and its place in the window plus 0.1, so that a cast gives it."""
    check_rank(input, 4)
    check_strides(stride_h, stride_w, filter_height, filter_width)
    if activation:
        raise UnsupportedError("an activation behind MaxPoolingWithArgmax2D is not supported")
    strides, kernel = (stride_h, stride_w), (filter_height, filter_width)
    height, width = (_fixed(dim) for dim in input.type.shape[1:3])
    op = MaxPool8(strides, (1, 1), (0, 0), (0, 0), kernel, "floor", auto_pad(padding), DType.i64, 2)
    largest, places = op.all(channels_first(input))
    rows, columns = (_fixed(dim) for dim in largest.type.shape[2:])
    first = [*map(_start, (rows, columns), strides, kernel, (height, width))]
    flat = Convert(DType.f32)(places)
    row = Floor()(Divide()(flat, np.array(width, np.float32)))
    column = Subtract()(flat, Multiply()(row, np.array(width, np.float32)))
    budget().ask(8 * (rows + columns))
    top = (np.arange(rows, dtype=np.float32) * stride_h - first[0]).reshape(-1, 1)
    left = np.arange(columns, dtype=np.float32) * stride_w - first[1]
    inner = Add()(Multiply()(Subtract()(row, top), np.array(filter_width, np.float32)), Subtract()(column, left))
    return channels_last(largest), channels_last(Add()(inner, np.array(0.1, np.float32)))


@TFLITE.imports("MaxUnpooling2D", domain=CUSTOM)
def max_unpooling_2d(
    input: Value,
    indices: Value,
    *,
    padding: str = "UNKNOWN",
    stride_w: int = 0,
    stride_h: int = 0,
    filter_width: int = 0,
    filter_height: int = 0,
    activation: int = 0,
) -> Value:
    """Zeros, but for the numbers at their places in windows; what would lie outside is left out."""
    check_rank(input, 4)
    check_strides(stride_h, stride_w, filter_height, filter_width)
    batch, height, width, channels = (_fixed(dim) for dim in input.type.shape)
    rows, columns = height * filter_height, width * filter_width
    strides, kernel = (stride_h, stride_w), (filter_height, filter_width)
    first = [*map(_start, (height, width), strides, kernel, (rows, columns))]
    inner = Floor()(channels_first(indices))
    down = Floor()(Divide()(inner, np.array(filter_width, np.float32)))
    right = Subtract()(inner, Multiply()(down, np.array(filter_width, np.float32)))
    row = Add()(down, (np.arange(height, dtype=np.float32) * stride_h - first[0]).reshape(-1, 1))
    column = Add()(right, np.arange(width, dtype=np.float32) * stride_w - first[1])
    outside = LogicalOr()(_beyond(row, rows), _beyond(column, columns))
    linear = Add()(Multiply()(row, np.array(columns, np.float32)), column)
    places = Convert(DType.i64)(Select()(outside, np.array(rows * columns, np.float32), linear))
    flat = np.array([batch, channels, -1], np.int64)
    data = input.graph.constant(np.broadcast_to(np.float32(0), (batch, channels, rows * columns + 1)))
    updates = Reshape()(channels_first(input), flat)
    made = ScatterElementsUpdate()(data, Reshape()(places, flat), updates, np.array(2, np.int64))
    inside = _range(made, 2, 0, rows * columns)
    return channels_last(Reshape()(inside, np.array([batch, channels, rows, columns], np.int64)))


@TFLITE.imports("Landmarks2TransformMatrix", domain=CUSTOM)
def landmarks_to_transform_matrix(
    landmarks: Value,
    *,
    subset_idxs: tuple[int, ...],
    left_rotation_idx: int,
    right_rotation_idx: int,
    target_rotation_radians: float = 0.0,
    output_height: int,
    output_width: int,
    scale_x: float,
    scale_y: float,
) -> Value:
    """The matrix that takes a picture of the given size to the turned rectangle round some landmarks: version 2."""
    if output_height < 1 or output_width < 1:
        raise InputError(f"the picture is {output_height} x {output_width}, both must be above 0")
    points = Reshape()(landmarks, np.array([-1, 3], np.int64))
    x, y = (Gather()(points, np.array(k, np.int64), np.array(1, np.int64)) for k in (0, 1))
    ends = np.array([right_rotation_idx, left_rotation_idx], np.int64)
    (dx, dy) = (_step(Gather()(v, ends, np.array(0, np.int64))) for v in (x, y))
    turn = Subtract()(np.array(target_rotation_radians, np.float32), angle(dy, dx))
    cos, sin = Cos()(turn), Sin()(turn)
    some = np.array(subset_idxs, np.int64)
    own_x, own_y = (Gather()(v, some, np.array(0, np.int64)) for v in (x, y))
    turned_x = Subtract()(Multiply()(own_x, cos), Multiply()(own_y, sin))
    turned_y = Add()(Multiply()(own_x, sin), Multiply()(own_y, cos))
    all_axes = np.array([0], np.int64)
    (low_x, high_x), (low_y, high_y) = (
        (ReduceMin(True)(v, all_axes), ReduceMax(True)(v, all_axes)) for v in (turned_x, turned_y)
    )
    half = np.array(0.5, np.float32)
    middle_x, middle_y = Multiply()(Add()(low_x, high_x), half), Multiply()(Add()(low_y, high_y), half)
    centre_x = Add()(Multiply()(middle_x, cos), Multiply()(middle_y, sin))
    centre_y = Subtract()(Multiply()(middle_y, cos), Multiply()(middle_x, sin))
    wide = Multiply()(Subtract()(high_x, low_x), np.array(scale_x / output_width, np.float32))
    high = Multiply()(Subtract()(high_y, low_y), np.array(scale_y / output_height, np.float32))
    a, b = Multiply()(cos, wide), Multiply()(sin, high)
    c, d = Negative()(Multiply()(sin, wide)), Multiply()(cos, high)
    back_x, back_y = np.array(-output_width / 2, np.float32), np.array(-output_height / 2, np.float32)
    shift_x = Add()(Add()(Multiply()(a, back_x), Multiply()(b, back_y)), centre_x)
    shift_y = Add()(Add()(Multiply()(c, back_x), Multiply()(d, back_y)), centre_y)
    zero, one = (np.array([number], np.float32) for number in (0, 1))
    rows = (a, b, zero, shift_x, c, d, zero, shift_y, zero, zero, one, zero, zero, zero, zero, one)
    return Reshape()(Concat(0)(*(_vector(landmarks, part) for part in rows)), np.array([1, 4, 4], np.int64))


@TFLITE.imports("TransformLandmarks", domain=CUSTOM)
def transform_landmarks(landmarks: Value, matrix: Value, *, dimensions: int = 0, scale: float = 1.0) -> Value:
    """x and y of each landmark by the first two rows of the matrix; a third coordinate stays."""
    if dimensions not in (2, 3):
        raise InputError(f"landmarks of {dimensions} dimensions; 2 and 3 are possible")
    points = Reshape()(landmarks, np.array([-1, dimensions], np.int64))
    rows = Reshape()(matrix, np.array([4, 4], np.int64))
    turn = _range(_range(rows, 0, 0, 2), 1, 0, 2)
    shift = Multiply()(Reshape()(_range(_range(rows, 0, 0, 2), 1, 3, 4), np.array([2])), np.array(scale, np.float32))
    made = Add()(MatMul(transpose_b=True)(_range(points, 1, 0, 2), turn), shift)
    whole = made if dimensions == 2 else Concat(1)(made, _range(points, 1, 2, 3))
    return Reshape()(whole, np.array([_fixed(dim) for dim in landmarks.type.shape], np.int64))


@TFLITE.imports("TransformTensorBilinear", domain=CUSTOM)
def transform_tensor_bilinear(data: Value, matrix: Value, *, output_height: int, output_width: int) -> Value:
    """Each pixel from where the matrix takes its middle, between four pixels; 0 where that is outside."""
    check_rank(data, 4)
    height, width, channels = (_fixed(dim) for dim in data.type.shape[1:])
    if output_height < 1 or output_width < 1:
        raise InputError(f"the picture is {output_height} x {output_width}, both must be above 0")
    rows = Reshape()(matrix, np.array([4, 4], np.int64))
    y, x = np.mgrid[0:output_height, 0:output_width].astype(np.float32) + np.float32(0.5)
    grid = np.stack([x.ravel(), y.ravel(), np.zeros(x.size), np.ones(x.size)]).astype(np.float32)
    places = Subtract()(MatMul()(_range(rows, 0, 0, 2), grid), np.array(0.5, np.float32))
    across, down = (Reshape()(_range(places, 0, k, k + 1), np.array([-1], np.int64)) for k in (0, 1))
    pixels = Reshape()(data, np.array([height * width, channels], np.int64))
    outside = LogicalOr()(_beyond(across, width), _beyond(down, height))
    left, top = Floor()(across), Floor()(down)
    right_part, lower_part = (_column(Subtract()(v, w)) for v, w in ((across, left), (down, top)))
    one = np.array(1, np.float32)
    corners = [
        [_pixel(pixels, Add()(top, float(dy)), Add()(left, float(dx)), height, width) for dx in (0, 1)] for dy in (0, 1)
    ]
    upper, lower = (
        Add()(Multiply()(Subtract()(one, right_part), pair[0]), Multiply()(right_part, pair[1])) for pair in corners
    )
    mixed = Add()(Multiply()(lower_part, lower), Multiply()(Subtract()(one, lower_part), upper))
    made = Select()(_column(outside), np.array(0, np.float32), mixed)
    return Reshape()(made, np.array([1, output_height, output_width, channels], np.int64))


def _pixel(pixels: Value, row: Value, column: Value, height: int, width: int) -> Value:
    """The pixels at places, those beyond the edge taken from it: their weight is 0."""
    zero = np.array(0, np.float32)
    y = Minimum()(Maximum()(row, zero), np.array(height - 1, np.float32))
    x = Minimum()(Maximum()(column, zero), np.array(width - 1, np.float32))
    places = Convert(DType.i32)(Add()(Multiply()(y, np.array(width, np.float32)), x))
    return Gather()(pixels, places, np.array(0, np.int64))


def _column(value: Value) -> Value:
    return Reshape()(value, np.array([-1, 1], np.int64))


def _beyond(place: Value, size: int) -> Value:
    zero, last = np.array(0, np.float32), np.array(size - 1, np.float32)
    return LogicalOr()(Less()(place, zero), Greater()(place, last))


def _step(ends: Value) -> Value:
    """The first number less the second."""
    return Subtract()(_range(ends, 0, 0, 1), _range(ends, 0, 1, 2))


def _range(value: Value, axis: int, start: int, stop: int) -> Value:
    numbers = (np.array([number], np.int64) for number in (start, stop, 1, axis))
    return Slice()(value, *numbers)


def _vector(like: Value, part: Value | Array) -> Value:
    return part if isinstance(part, Value) else like.graph.constant(part)


def _start(count: int, stride: int, taps: int, size: int) -> int:
    """How far the first window begins before the data."""
    return max(((count - 1) * stride + taps - size) // 2, 0)


def _fixed(dim: Dim) -> int:
    if not isinstance(dim, int):
        raise UnsupportedError("the shape of the data must be fixed; give it")
    return dim
