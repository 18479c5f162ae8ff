"""Elements picked by index, and put where indices say."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Maximum, Minimum, Multiply
from dldt.compiler.ops.batch_space import BatchToSpace, SpaceToBatch
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather, GatherND
from dldt.compiler.ops.non_zero import NonZero
from dldt.compiler.ops.one_hot import OneHot
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.reverse_sequence import ReverseSequence
from dldt.compiler.ops.scatter import ScatterElementsUpdate, ScatterNDUpdate
from dldt.compiler.ops.search_sorted import Bucketize
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.ops.unique import Unique
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.known import known_array, required_array, required_int, required_ints
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.tflite.element_types import required_type
from dldt.frontends.tflite.framework import TFLITE


@TFLITE.imports("GATHER")
def gather(params: Value, indices: Value, *, axis: int = 0, batch_dims: int = 0) -> Value:
    """Slices along an axis by their places."""
    return Gather(batch_dims)(params, indices, np.array(axis, np.int64))


@TFLITE.imports("GATHER_ND")
def gather_nd(params: Value, indices: Value) -> Value:
    """Slices by the positions that rows of indices name."""
    return GatherND()(params, indices)


@TFLITE.imports("EMBEDDING_LOOKUP")
def embedding_lookup(ids: Value, table: Value) -> Value:
    """Rows of a table."""
    return Gather()(table, ids, np.array(0, np.int64))


@TFLITE.imports("ONE_HOT")
def one_hot(indices: Value, depth: Value, on_value: Value, off_value: Value, *, axis: int = 0) -> Value:
    """A new axis, in which one place is on; the file stores an axis of -1 as such."""
    numbers = (reshaped(value, ()) for value in (depth, on_value, off_value))
    return OneHot(axis)(indices, *numbers)


@TFLITE.imports("SELECT")
def select(condition: Value, x: Value, y: Value) -> Value:
    """x where the condition holds, else y; a condition of one axis is about rows."""
    if condition.type.rank == 1 and x.type.rank > 1:
        condition = reshaped(condition, (condition.type.shape[0], *(1,) * (x.type.rank - 1)))
    return Select()(condition, x, y)


@TFLITE.imports("SELECT_V2")
def select_v2(condition: Value, x: Value, y: Value) -> Value:
    """x where the condition holds, else y; all three broadcast."""
    return Select()(condition, x, y)


@TFLITE.imports("STABLEHLO_SELECT")
def stablehlo_select(condition: Value, x: Value, y: Value) -> Value:
    """x where the condition holds, else y."""
    return Select()(condition, x, y)


@TFLITE.imports("WHERE")
def where(condition: Value) -> Value:
    """The positions of what is not zero, one a row."""
    found = NonZero(DType.i64)(condition)
    return Transpose()(found, np.array([1, 0], np.int64))


@TFLITE.imports("UNIQUE")
def unique(input: Value, *, idx_out_type: str = "INT32") -> tuple[Value, ...]:
    """The different values in the order in which they come, and for each element which it is."""
    found = Unique(False, required_type(idx_out_type, "idx_out_type")).all(input)
    return found[0], found[2]


@TFLITE.imports("SCATTER_ND")
def scatter_nd(indices: Value, updates: Value, shape: Value) -> Value:
    """Zeros, to which updates are added where rows of indices say."""
    return _scattered(_filled(updates, 0, shape), indices, updates, "sum")


@TFLITE.imports("SPARSE_TO_DENSE")
def sparse_to_dense(
    indices: Value, output_shape: Value, values: Value, default_value: Value, *, validate_indices: bool = False
) -> Value:
    """A number everywhere but where indices say."""
    data = Broadcast()(reshaped(default_value, ()), output_shape)
    rank, width = indices.type.rank, data.type.rank
    rows = reshaped(indices, (1, 1)) if rank == 0 else Unsqueeze()(indices, np.array([1])) if rank == 1 else indices
    if rank < 2 and width != 1:
        raise InputError(f"indices {indices.type} do not name places in {data.type}")
    count = rows.type.shape[0]
    updates = values if values.type.rank else Broadcast()(values, _shape_of_rows(rows, count))
    return ScatterNDUpdate()(data, rows, updates)


@TFLITE.imports("SEGMENT_SUM")
def segment_sum(data: Value, segment_ids: Value) -> Value:
    """Sums of rows of one segment; the ids must be constants, as the last tells how many there are."""
    ids = required_array(segment_ids, "input 'segment_ids'")
    count = int(ids.max(initial=-1)) + 1
    return _segments(data, segment_ids, np.array(count, np.int64), "sum", 0)


@TFLITE.imports("UNSORTED_SEGMENT_SUM")
def unsorted_segment_sum(data: Value, segment_ids: Value, num_segments: Value) -> Value:
    """Sums of rows of one segment."""
    return _counted(data, segment_ids, num_segments, "sum", 0)


@TFLITE.imports("UNSORTED_SEGMENT_PROD")
def unsorted_segment_prod(data: Value, segment_ids: Value, num_segments: Value) -> Value:
    """Products of rows of one segment."""
    return _counted(data, segment_ids, num_segments, "prod", 1)


@TFLITE.imports("UNSORTED_SEGMENT_MAX")
def unsorted_segment_max(data: Value, segment_ids: Value, num_segments: Value) -> Value:
    """The largest of rows of one segment; the least number where there are none."""
    return _counted(data, segment_ids, num_segments, "max", _bounds(data)[0])


@TFLITE.imports("UNSORTED_SEGMENT_MIN")
def unsorted_segment_min(data: Value, segment_ids: Value, num_segments: Value) -> Value:
    """The smallest of rows of one segment; the largest number where there are none."""
    return _counted(data, segment_ids, num_segments, "min", _bounds(data)[1])


@TFLITE.imports("BROADCAST_ARGS")
def broadcast_args(shape0: Value, shape1: Value) -> Value:
    """The shape to which two shapes broadcast; they must be known."""
    both = [required_ints(shape, "a shape") for shape in (shape0, shape1)]
    try:
        made = np.broadcast_shapes(*both)
    except ValueError as error:
        raise InputError(f"the shapes {list(both[0])} and {list(both[1])} do not broadcast to one") from error
    return shape0.graph.constant(np.array(made, shape0.type.dtype.numpy))


@TFLITE.imports("BUCKETIZE")
def bucketize(input: Value, *, boundaries: tuple[float, ...] = ()) -> Value:
    """For each number, how many boundaries are not above it."""
    edges = np.array(boundaries, np.float32)
    return Bucketize(DType.i32, False)(Convert(DType.f32)(input) if not input.type.dtype.is_float else input, edges)


@TFLITE.imports("MATRIX_DIAG")
def matrix_diag(diagonal: Value) -> Value:
    """Vectors as diagonals of matrices, zeros elsewhere."""
    size = diagonal.type.shape[-1] if diagonal.type.rank else None
    if not isinstance(size, int):
        raise UnsupportedError("the last dim of a diagonal must be fixed")
    here = Unsqueeze()(diagonal, np.array([-2], np.int64))
    return Select()(np.eye(size, dtype=np.bool_), here, np.array(0, diagonal.type.dtype.numpy))


@TFLITE.imports("MATRIX_SET_DIAG")
def matrix_set_diag(input: Value, diagonal: Value) -> Value:
    """Matrices with another diagonal."""
    if input.type.rank < 2:
        raise InputError(f"{input.type} are no matrices")
    rows, columns = input.type.shape[-2:]
    if not isinstance(rows, int) or not isinstance(columns, int):
        raise UnsupportedError("the last two dims of the matrices must be fixed")
    least = min(rows, columns)
    places = np.minimum(np.arange(columns), least - 1)
    spread = Gather()(diagonal, places.astype(np.int64), np.array(-1, np.int64))
    return Select()(np.eye(rows, columns, dtype=np.bool_), Unsqueeze()(spread, np.array([-2], np.int64)), input)


@TFLITE.imports("DYNAMIC_UPDATE_SLICE")
def dynamic_update_slice(operand: Value, update: Value, start_indices: Value) -> Value:
    """The operand with a part of it replaced; the part is moved so that it lies inside."""
    return updated(operand, update, start_indices)


@TFLITE.imports("REVERSE_SEQUENCE")
def reverse_sequence(input: Value, seq_lengths: Value, *, seq_dim: int = 0, batch_dim: int = 0) -> Value:
    """The first elements of each item of the batch in the other order."""
    return ReverseSequence(batch_dim, seq_dim)(input, seq_lengths)


@TFLITE.imports("SPACE_TO_BATCH_ND")
def space_to_batch_nd(input: Value, block_shape: Value, paddings: Value) -> Value:
    """Blocks of space as items of the batch."""
    return SpaceToBatch()(input, *_blocks(input, block_shape, paddings, "paddings"))


@TFLITE.imports("BATCH_TO_SPACE_ND")
def batch_to_space_nd(input: Value, block_shape: Value, crops: Value) -> Value:
    """Items of the batch as blocks of space."""
    return BatchToSpace()(input, *_blocks(input, block_shape, crops, "crops"))


def updated(operand: Value, update: Value, starts: Value) -> Value:
    """``operand`` with ``update`` at a position that may be computed."""
    sizes, parts = operand.type.shape, update.type.shape
    if not operand.type.is_static or not update.type.is_static or len(sizes) != len(parts):
        raise UnsupportedError(f"{update.type} is put into {operand.type}; both shapes must be fixed, of one rank")
    if not sizes:
        return update
    places: Value | None = None
    for axis, (size, part) in enumerate(zip(operand.type.static_shape, update.type.static_shape, strict=True)):
        at = Convert(DType.i64)(Gather()(starts, np.array(axis, np.int64), np.array(0, np.int64)))
        inside = Minimum()(Maximum()(at, np.array(0, np.int64)), np.array(size - part, np.int64))
        shape = [1] * len(sizes)
        shape[axis] = part
        along = Add()(inside, np.arange(part, dtype=np.int64).reshape(shape))
        stride = math.prod(operand.type.static_shape[axis + 1 :])
        linear = Multiply()(along, np.array(stride, np.int64))
        places = linear if places is None else Add()(places, linear)
    assert places is not None
    flat, rows = (Reshape()(value, np.array([-1], np.int64)) for value in (operand, places))
    made = ScatterElementsUpdate()(flat, rows, Reshape()(update, np.array([-1], np.int64)), np.array(0, np.int64))
    return Reshape()(made, np.array(operand.type.static_shape, np.int64))


def _blocks(data: Value, block_shape: Value, margins: Value, what: str) -> tuple[Array, Array, Array]:
    blocks = required_ints(block_shape, "input 'block_shape'")
    edges = required_array(margins, f"input {shown(what)}")
    if edges.size != 2 * len(blocks):
        raise InputError(f"{what} has {edges.size} numbers, there must be two for each of {len(blocks)} axes")
    edges = edges.reshape(-1, 2)
    rest = data.type.rank - 1 - len(blocks)
    if rest < 0 or len(edges) != len(blocks) or min(blocks, default=1) < 1:
        raise InputError(f"blocks {list(blocks)} and {what} {edges.tolist()} do not fit {data.type}")
    begins, ends = ((0, *(int(n) for n in edges[:, side]), *(0,) * rest) for side in (0, 1))
    whole = (1, *blocks, *(1,) * rest)
    sizes, first, last = (np.array(numbers, np.int64) for numbers in (whole, begins, ends))
    return sizes, first, last


def _bounds(data: Value) -> tuple[float, float]:
    if data.type.dtype.is_float:
        most = float(np.finfo(np.float32).max)
        return -most, most
    return data.type.dtype.bounds


def _counted(data: Value, ids: Value, num_segments: Value, reduction: str, start: float) -> Value:
    count = required_int(num_segments, "input 'num_segments'")
    return _segments(data, ids, np.array(count, np.int64), reduction, start)


def _segments(data: Value, ids: Value, count: Array, reduction: str, start: float) -> Value:
    """Rows of one segment joined; a negative id is of no segment: it goes to one behind the last."""
    if ids.type.rank != 1:
        raise UnsupportedError(f"segment ids {ids.type}; one a row is supported")
    rest: Sequence[Dim] = data.type.shape[1:]
    if not all(isinstance(dim, int) for dim in rest):
        raise UnsupportedError(f"the dims of data {data.type} but the first must be fixed")
    shape = np.array([int(count) + 1, *(int(dim) for dim in rest if isinstance(dim, int))], np.int64)
    filled = data.graph.constant(np.broadcast_to(np.array(start, data.type.dtype.numpy), shape.tolist()))
    wide = Convert(DType.i64)(ids)
    known = known_array(wide)
    outside = np.array(int(count), np.int64)
    places: Value | Array = np.where(known < 0, outside, known) if known is not None else _inside(wide, outside)
    rows = data.graph.constant(places) if isinstance(places, np.ndarray) else places
    made = ScatterNDUpdate(reduction)(filled, Unsqueeze()(rows, np.array([1], np.int64)), data)
    kept = np.arange(int(count), dtype=np.int64)
    return Gather()(made, kept, np.array(0, np.int64))


def _inside(ids: Value, outside: Array) -> Value:
    negative = Equal()(Minimum()(ids, np.array(-1, np.int64)), ids)
    return Select()(negative, outside, ids)


def _filled(like: Value, number: float, shape: Value) -> Value:
    return Broadcast()(like.graph.constant(np.array(number, like.type.dtype.numpy)), shape)


def _scattered(data: Value, indices: Value, updates: Value, reduction: str) -> Value:
    return ScatterNDUpdate(reduction)(data, indices, updates)


def _shape_of_rows(rows: Value, count: Dim) -> Value:
    if isinstance(count, int):
        return rows.graph.constant(np.array([count], np.int64))
    return Gather()(ShapeOf()(rows), np.array([0], np.int64), np.array(0, np.int64))
