"""Distinct elements, and rows dealt out and put together by index."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.non_zero import NonZero
from dldt.compiler.ops.reduce import ReduceMax
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.scatter import ScatterNDUpdate
from dldt.compiler.ops.unique import Unique
from dldt.compiler.types import DType
from dldt.frontends.engine.known import known_array, required_ints
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import count_up, integer, ints, joined, like, sizes, wide


@TENSORFLOW.imports("Unique")
def unique(x: Value, *, out_idx: DType = DType.i32) -> tuple[Value, ...]:
    """Each value once, in the order of appearance, and the place of each element's value."""
    return _unique(x, None, out_idx)[:2]


@TENSORFLOW.imports("UniqueV2")
def unique_v2(x: Value, axis: Value, *, out_idx: DType = DType.i32) -> tuple[Value, ...]:
    """The same of the slices along an axis."""
    return _unique(x, axis, out_idx)[:2]


@TENSORFLOW.imports("UniqueWithCounts")
def unique_with_counts(x: Value, *, out_idx: DType = DType.i32) -> tuple[Value, ...]:
    """The same, and how often each occurs."""
    return _unique(x, None, out_idx)


@TENSORFLOW.imports("UniqueWithCountsV2")
def unique_with_counts_v2(x: Value, axis: Value, *, out_idx: DType = DType.i32) -> tuple[Value, ...]:
    """The same of the slices along an axis."""
    return _unique(x, axis, out_idx)


@TENSORFLOW.imports("DynamicPartition")
def dynamic_partition(data: Value, partitions: Value, *, num_partitions: int) -> tuple[Value, ...]:
    """The rows of each number."""
    flat = Reshape()(partitions, ints(-1))
    tail = range(partitions.type.rank, data.type.rank)
    rows = data
    if partitions.type.rank != 1:
        rows = Reshape()(data, joined(ints(-1), sizes(data, tail)) if len(tail) else ints(-1))
    made = []
    for number in range(num_partitions):
        places = NonZero()(Equal()(flat, like(flat, number)))
        made.append(Gather()(rows, Reshape()(places, ints(-1)), integer(0)))
    return tuple(made)


def _stitch(*indices_and_data: Value) -> Value:
    """The rows in the places that the indices name; of two in one place the later stays."""
    if len(indices_and_data) % 2:
        raise InputError("there must be as many tensors of data as of indices")
    half = len(indices_and_data) // 2
    indices, data = indices_and_data[:half], indices_and_data[half:]
    tail = range(indices[0].type.rank, data[0].type.rank)
    rest = sizes(data[0], tail) if len(tail) else ints()
    places = [Reshape()(wide(each), ints(-1)) for each in indices]
    rows = [Reshape()(each, joined(ints(-1), rest) if len(tail) else ints(-1)) for each in data]
    place = places[0] if half == 1 else Concat(0)(*places)
    row = rows[0] if half == 1 else Concat(0)(*rows)
    known = known_array(place)
    if known is not None and sorted(known.tolist()) == list(range(known.size)):
        return Gather()(row, np.argsort(known).astype(np.int64), integer(0))
    count = sizes(count_up(place, Add()(ReduceMax()(place, ints(0)), integer(1))), (0,))
    zeros = Broadcast()(row.graph.constant(like(row, 0)), joined(count, rest) if len(tail) else count)
    return ScatterNDUpdate()(zeros, Reshape()(place, ints(-1, 1)), row)


for _name in ("DynamicStitch", "ParallelDynamicStitch"):
    TENSORFLOW.imports(_name)(_stitch)


def _unique(x: Value, axis: Value | None, dtype: DType) -> tuple[Value, ...]:
    along = () if axis is None else required_ints(axis, "the input 'axis'")
    if len(along) > 1:
        raise InputError(f"axis is {list(along)}; one or none is needed")
    op = Unique(sorted=False, index_element_type=dtype, count_element_type=dtype)
    values, _, places, counts = op.all(x, *(integer(a) for a in along))
    return values, places, counts
