"""Elements counted, put into classes, or looked up among sorted ones."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Minimum, Multiply
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.scatter import ScatterNDUpdate
from dldt.compiler.ops.search_sorted import Bucketize, SearchSorted
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.types import DType
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import cast, count_up, integer, ints, joined, like, size, wide


@TENSORFLOW.imports("Bincount")
def bincount(arr: Value, size: Value, weights: Value) -> Value:
    """How often each number below size occurs, or the sums of the weights."""
    return _counted(Reshape()(arr, ints(1, -1)), size, weights, rank=1, once=False)


@TENSORFLOW.imports("DenseBincount")
def dense_bincount(input: Value, size: Value, weights: Value, *, binary_output: bool = False) -> Value:
    """The same of a vector, or of each row; with `binary_output` whether it occurs."""
    if input.type.rank not in (1, 2):
        raise ShapeError(f"a vector or a matrix is needed, not {input.type}")
    rows = Reshape()(input, ints(1, -1)) if input.type.rank == 1 else input
    return _counted(rows, size, weights, rank=input.type.rank, once=binary_output)


@TENSORFLOW.imports("Bucketize")
def bucketize(input: Value, *, boundaries: tuple[float, ...]) -> Value:
    """How many boundaries are not above each element."""
    if not boundaries:
        return Multiply()(cast(input, DType.i32), np.array(0, np.int32))
    borders = np.array(boundaries, np.float32)
    return Bucketize(DType.i32, with_right_bound=False)(cast(input, DType.f32), borders)


@TENSORFLOW.imports("LowerBound")
def lower_bound(sorted_inputs: Value, values: Value, *, out_type: DType = DType.i32) -> Value:
    """How many elements of the sorted row are less than each value."""
    return cast(SearchSorted(right_mode=False)(sorted_inputs, values), out_type)


@TENSORFLOW.imports("UpperBound")
def upper_bound(sorted_inputs: Value, values: Value, *, out_type: DType = DType.i32) -> Value:
    """How many elements of the sorted row are not above each value."""
    return cast(SearchSorted(right_mode=True)(sorted_inputs, values), out_type)


def _counted(rows: Value, count: Value, weights: Value, *, rank: int, once: bool) -> Value:
    """Numbers from ``count`` on go to one more place, which is dropped."""
    most = wide(count)
    more = Add()(most, integer(1))
    place = Minimum()(wide(rows), most)
    number = Reshape()(count_up(rows, size(rows, 0)), ints(-1, 1))
    flat = Add()(place, Multiply()(number, more))
    weighted = weights.type.elements != 0 and not once
    if weighted:
        updates = Reshape()(weights, ints(-1))
    else:
        updates = Broadcast()(rows.graph.constant(like(weights, 1)), ShapeOf()(Reshape()(flat, ints(-1))))
    total = Reshape()(Multiply()(size(rows, 0), more), ints(1))
    zeros = Broadcast()(rows.graph.constant(like(weights, 0)), total)
    made = ScatterNDUpdate("none" if once else "sum")(zeros, Reshape()(flat, ints(-1, 1)), updates)
    table = Reshape()(made, joined(ints(-1), Reshape()(more, ints(1))))
    kept = Slice()(table, ints(0), Reshape()(most, ints(1)), ints(1), ints(1))
    return kept if rank == 2 else Reshape()(kept, ints(-1))
