"""The items of a ragged sequence as one tensor."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.sizes import counted
from dldt.compiler.ops.arithmetic import Add, Maximum, Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reduce import ReduceMax, ReduceMin, ReduceProd
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.search_sorted import SearchSorted
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.top_k import CumSum
from dldt.compiler.ops.transpose import Transpose
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.sequences import RaggedSequence
from dldt.frontends.onnx.sequence_ragged import lead_of, with_lead

_ZERO, _ONE, _FIRST = np.array(0, np.int64), np.array(1, np.int64), np.array([0], np.int64)


def joined(given: RaggedSequence, axis: int, context: Context) -> Value:
    """The items one behind the other along an axis. That they agree in all other dims is a condition of the run."""
    place = _inside(axis, _rank(given))
    given = with_lead(given, place + 1)
    lead = lead_of(given)
    if lead == 1:
        return given.flat
    shape = _common(given, [k for k in range(lead) if k != place], context)
    before, behind = _part(shape, 0, place), _part(shape, place + 1, lead)
    tail = np.array(given.flat.type.shape[1:], np.int64)
    if not place:
        return Reshape()(given.flat, Concat(0)(np.array([-1], np.int64), behind, tail))
    extents = Gather()(given.sizes, np.array(place, np.int64), _ONE)
    ends = CumSum()(extents, _ZERO)
    total = Gather()(Concat(0)(_FIRST, ends), np.array(-1, np.int64), _ZERO)
    outer, inner = ReduceProd()(before, _ZERO), ReduceProd()(behind, _ZERO)
    along = counted(total)
    item = SearchSorted(right_mode=True)(ends, along)
    extent = Gather()(extents, item, _ZERO)
    start = Subtract()(Gather()(ends, item, _ZERO), extent)
    turns = Unsqueeze()(counted(outer), _axes(1, 2))
    first = Add()(Multiply()(Multiply()(outer, inner), start), Multiply()(Subtract()(along, start), inner))
    rows = Add()(
        Add()(Multiply()(turns, Unsqueeze()(Multiply()(extent, inner), _axes(0, 2))), Unsqueeze()(first, _axes(0, 2))),
        counted(inner),
    )
    found = Gather()(given.flat, rows, _ZERO)
    return Reshape()(found, Concat(0)(before, Unsqueeze()(Maximum()(total, _ZERO), _FIRST), behind, tail))


def stacked(given: RaggedSequence, axis: int, context: Context) -> Value:
    """The items as parts along a new axis. That they have one shape is a condition of the run."""
    rank = _rank(given) + 1
    place, lead = _inside(axis, rank), lead_of(given)
    shape = _common(given, list(range(lead)), context)
    count = _part(ShapeOf()(given.sizes), 0, 1)
    parts = Reshape()(given.flat, Concat(0)(count, shape, np.array(given.flat.type.shape[1:], np.int64)))
    order = [*range(1, place + 1), 0, *range(place + 1, rank)]
    return Transpose()(parts, np.array(order, np.int64)) if place else parts


def _common(given: RaggedSequence, axes: list[int], context: Context) -> Value:
    """The leading dims of the items, of which ``axes`` must be the same in all items."""
    least, most = ReduceMin()(given.sizes, _FIRST), ReduceMax()(given.sizes, _FIRST)
    low, high = (context.graph.found(v.id, v.port, lead_of(given)) for v in (least, most))
    for axis in axes:
        context.graph.demand("eq", low[axis], high[axis], context.node.title, f"dim {axis} of the items")
    return Maximum()(Maximum()(least, most), _ZERO)


def _rank(given: RaggedSequence) -> int:
    if given.ranks_differ:
        raise UnsupportedError("items of different ranks cannot be joined")
    return lead_of(given) + given.flat.type.rank - 1


def _inside(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise InputError(f"axis {axis} is outside a tensor of rank {rank}")
    return axis % rank


def _part(vector: Value, start: int, end: int) -> Value:
    return Slice()(vector, *(np.array([n], np.int64) for n in (start, end, 1, 0)))


def _axes(*axes: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(axes, np.int64)
