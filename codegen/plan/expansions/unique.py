"""Unique taken apart: sort, look where the values change, count."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.expansions.non_zero import count_of
from dldt.compiler import ops
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.ops.axes import known_int
from dldt.compiler.ops.body_ports import BodyOutput, MergedInput, SliceInput
from dldt.compiler.types import DType, TensorType

_ZERO, _ONE = np.array([0]), np.array([1])


@expands(ops.Unique)
def expand_unique(node: Node) -> tuple[Value, ...]:
    """Values, first places, places of all elements, numbers of occurrences. The slices of a tensor along an axis are
    the rows of a matrix, sorted by their first elements, then by the second ones …"""
    op, x = node.op, node.inputs[0]
    assert isinstance(op, ops.Unique)
    assert x is not None
    axis = _axis(node) % max(x.type.rank, 1)
    data = x if len(node.inputs) > 1 or x.type.rank == 1 else ops.Reshape()(x, np.array([-1]))
    rows = data if data.type.rank == 1 else _matrix(data, axis)
    size = _length(rows)
    order = _order(rows, size) if rows.type.rank == 1 else _order_of_rows(rows, f"{node.graph.name}/{node.name}/rows")
    number = ops.Range(DType.i64)(np.array(0), ops.Squeeze()(size, _ZERO), np.array(1))
    changes = _changes(ops.Gather()(rows, order, np.array(0)), number)
    starts = _found(node, changes)
    count = ops.ShapeOf()(starts)
    places = ops.Gather()(order, starts, np.array(0))
    following = ops.Slice()(ops.Concat(0)(starts, size), _ONE, np.array([2**62]), _ONE)
    counts = ops.Subtract()(following, starts)
    rank = ops.Subtract()(ops.CumSum()(ops.Convert(DType.i64)(changes), np.array(0)), _ONE)
    inverse = ops.Gather()(rank, _order(order, size), np.array(0))
    if not op.sorted:
        turned = _order(places, count)
        places, counts = (ops.Gather()(v, turned, np.array(0)) for v in (places, counts))
        inverse = ops.Gather()(_order(turned, count), inverse, np.array(0))
    found = ops.Gather()(data, places, np.array(axis))
    kind = op.index_element_type
    return found, _as(places, kind), _as(inverse, kind), _as(counts, op.count_element_type)


def _axis(node: Node) -> int:
    axis = node.inputs[1] if len(node.inputs) > 1 else None
    return 0 if axis is None else known_int(axis.type, "axis", "Unique")


def _matrix(x: Value, axis: int) -> Value:
    """The slices along the axis as rows [n, m]."""
    order = [axis, *(i for i in range(x.type.rank) if i != axis)]
    moved = ops.Transpose()(x, np.array(order)) if axis else x
    shape = ops.ShapeOf()(moved)
    rest = ops.Slice()(shape, _ONE, np.array([x.type.rank]), _ONE)
    return ops.Reshape()(moved, ops.Concat(0)(_length(moved), ops.ReduceProd(True)(rest, _ZERO)))


def _length(value: Value) -> Value:
    return ops.Slice()(ops.ShapeOf()(value), _ZERO, _ONE, _ONE)


def _order(value: Value, size: Value) -> Value:
    """Where the elements stand, the smallest first; of equals the earlier one first."""
    return ops.TopK(0, "min", "value", DType.i64).all(value, ops.Squeeze()(size, _ZERO))[1]


def _order_of_rows(rows: Value, name: str) -> Value:
    """Where the rows stand. They are sorted by each column, the last one first; equals keep their order."""
    columns = ops.Transpose()(rows, np.array([1, 0]))
    start = ops.Range(DType.i64)(np.array(0), ops.Squeeze()(_length(rows), _ZERO), np.array(1))
    body = Graph(name)
    column = body.parameter("column", TensorType(columns.type.dtype, (1, columns.type.shape[1])))
    order = body.parameter("order", TensorType(DType.i64, start.type.shape))
    keys = ops.Gather()(ops.Squeeze()(column, _ZERO), order, np.array(0))
    body.result(ops.Gather()(order, _order(keys, ops.ShapeOf()(keys)), np.array(0)), "sorted")
    ports = (SliceInput(0, -1, -1, 1, 0, input=0, parameter=0), MergedInput(1, 1, 0))
    return ops.TensorIterator(body, ports, (BodyOutput(0),))(columns, start)


def _changes(rows: Value, number: Value) -> Value:
    """Whether a sorted row differs from the one before it; the first always does."""
    before = ops.Gather()(rows, ops.Maximum()(ops.Subtract()(number, _ONE), _ZERO), np.array(0))
    differ = ops.NotEqual()(rows, before)
    if rows.type.rank > 1:
        differ = ops.ReduceLogicalOr(False)(differ, _ONE)
    return ops.LogicalOr()(ops.Equal()(number, _ZERO), differ)


def _found(node: Node, changes: Value) -> Value:
    """Where a new value begins; how many there are is the dim that the node defines."""
    made = ops.Squeeze()(ops.NonZero()(changes), _ZERO)
    made.graph.equate(count_of(node), made.type.shape[0])
    return made


def _as(value: Value, kind: DType) -> Value:
    return value if value.type.dtype is kind else ops.Convert(kind)(value)
