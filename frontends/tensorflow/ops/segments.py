"""Rows joined by segments: the rows of equal ids become one."""

from __future__ import annotations

from collections.abc import Callable

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal, Less
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.scatter import ScatterNDUpdate
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.unary import Sqrt
from dldt.compiler.types import Array
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.named import named
from dldt.frontends.tensorflow.numbers import bounds, cast, count_up, integer, ints, joined, like, sizes, wide

_HOW = {"Sum": "sum", "Prod": "prod", "Max": "max", "Min": "min"}


def _empty(x: Value, how: str, *, sorted_ids: bool) -> Array:
    """What a segment without rows holds."""
    if how == "Prod":
        return like(x, 1)
    if how == "Sum" or sorted_ids:
        return like(x, 0)
    least, most = bounds(x.type.dtype)
    return like(x, least if how == "Max" else most)


def _neutral(x: Value, how: str) -> Array:
    return _empty(x, how, sorted_ids=False)


def _rows(data: Value, ids: Value, count: Value, how: str) -> Value:
    """The segments; rows of negative ids, which go behind the last segment, are dropped."""
    tail = range(ids.type.rank, data.type.rank)
    flat = Reshape()(wide(ids), ints(-1))
    kept = Select()(Less()(flat, integer(0)), count, flat)
    rest = sizes(data, tail) if len(tail) else ints()
    behind = Add()(sizes(count_up(count, count), (0,)), integer(1))
    start = Broadcast()(data.graph.constant(_neutral(data, how)), joined(behind, rest))
    updates = data if ids.type.rank == 1 else Reshape()(data, joined(ints(-1), rest))
    made = ScatterNDUpdate(_HOW[how])(start, Reshape()(kept, ints(-1, 1)), updates)
    return Slice()(made, ints(0), ints(-1), ints(1), ints(0))


def _unsorted(how: str) -> Callable[..., Value]:
    def segments(data: Value, segment_ids: Value, num_segments: Value) -> Value:
        return _rows(data, segment_ids, wide(num_segments), how)

    return segments


def _sorted(how: str) -> Callable[..., Value]:
    def segments(data: Value, segment_ids: Value, num_segments: Value | None = None) -> Value:
        count = _count(segment_ids) if num_segments is None else wide(num_segments)
        if how == "Mean":
            return _mean(data, segment_ids, count, root=False)
        made = _rows(data, segment_ids, count, how)
        if how in ("Sum", "Prod"):
            return made
        return Select()(_spread(Equal()(_members(segment_ids, count), integer(0)), made), like(made, 0), made)

    return segments


def _sparse(how: str) -> Callable[..., Value]:
    def segments(
        data: Value, indices: Value, segment_ids: Value, num_segments: Value | None = None, **_: object
    ) -> Value:
        count = _count(segment_ids) if num_segments is None else wide(num_segments)
        chosen = Gather()(data, indices, integer(0))
        if how == "Sum":
            return _rows(chosen, segment_ids, count, how)
        return _mean(chosen, segment_ids, count, root=how == "SqrtN")

    return segments


def _mean(data: Value, ids: Value, count: Value, *, root: bool) -> Value:
    members = cast(Maximum()(_members(ids, count), integer(1)), data.type.dtype)
    total = _rows(data, ids, count, "Sum")
    return Divide()(total, _spread(Sqrt()(members) if root else members, total))


def _members(ids: Value, count: Value) -> Value:
    """How many rows each segment has."""
    ones = Broadcast()(ids.graph.constant(integer(1)), ShapeOf()(ids))
    return _rows(ones, ids, count, "Sum")


def _count(ids: Value) -> Value:
    """One more than the last id, which is the largest."""
    return Add()(wide(Gather()(ids, integer(-1), integer(0))), integer(1))


def _spread(vector: Value, rows: Value) -> Value:
    """A number a row, with the axes of the rows."""
    return Reshape()(vector, ints(-1, *(1,) * (rows.type.rank - 1)))


_SPARSE = {"sparse_gradient": (bool, False)}
for _how in _HOW:
    TENSORFLOW.imports(f"UnsortedSegment{_how}")(named(_unsorted(_how), "data segment_ids num_segments"))
for _how in (*_HOW, "Mean"):
    TENSORFLOW.imports(f"Segment{_how}")(named(_sorted(_how), "data segment_ids"))
for _how in _HOW:
    TENSORFLOW.imports(f"Segment{_how}V2")(named(_unsorted(_how), "data segment_ids num_segments"))
for _how in ("Mean", "SqrtN", "Sum"):
    TENSORFLOW.imports(f"SparseSegment{_how}")(named(_sparse(_how), "data indices segment_ids", **_SPARSE))
    TENSORFLOW.imports(f"SparseSegment{_how}WithNumSegments")(
        named(_sparse(_how), "data indices segment_ids num_segments", **_SPARSE)
    )
