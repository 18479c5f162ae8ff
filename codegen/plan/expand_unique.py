"""Unique taken apart: sort, look where the values change, count."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.expand_non_zero import count_of
from dldt.compiler import ops
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType

_ZERO, _ONE = np.array([0]), np.array([1])


def expand_unique(node: Node) -> tuple[Value, ...]:
    """Values, first places, places of all elements, numbers of occurrences."""
    op, x = node.op, node.inputs[0]
    assert isinstance(op, ops.Unique)
    assert x is not None
    if len(node.inputs) > 1 and x.type.rank > 1:
        raise UnsupportedError(f"{node} along an axis of a tensor of rank {x.type.rank} has no native code")
    flat = x if x.type.rank == 1 else ops.Reshape()(x, np.array([-1]))
    size = ops.ShapeOf()(flat)
    values, order = _sorted(flat, size)
    number = ops.Range(DType.i64)(np.array(0), ops.Squeeze()(size, _ZERO), np.array(1))
    before = ops.Gather()(values, ops.Maximum()(ops.Subtract()(number, _ONE), _ZERO), np.array(0))
    changes = ops.LogicalOr()(ops.Equal()(number, _ZERO), ops.NotEqual()(values, before))
    starts = _found(node, changes)
    count = ops.ShapeOf()(starts)
    found = ops.Gather()(values, starts, np.array(0))
    places = ops.Gather()(order, starts, np.array(0))
    following = ops.Slice()(ops.Concat(0)(starts, size), _ONE, np.array([2**62]), _ONE)
    counts = ops.Subtract()(following, starts)
    rank = ops.Subtract()(ops.CumSum()(ops.Convert(DType.i64)(changes), np.array(0)), _ONE)
    inverse = ops.Gather()(rank, _sorted(order, size)[1], np.array(0))
    if not op.sorted:
        turned = _sorted(places, count)[1]
        found, places, counts = (ops.Gather()(v, turned, np.array(0)) for v in (found, places, counts))
        inverse = ops.Gather()(_sorted(turned, count)[1], inverse, np.array(0))
    kind = op.index_element_type
    return found, _as(places, kind), _as(inverse, kind), _as(counts, op.count_element_type)


def _sorted(value: Value, size: Value) -> tuple[Value, Value]:
    """The elements, smallest first, and where each stood; of equals the earlier one first."""
    made = ops.TopK(0, "min", "value", DType.i64).all(value, ops.Squeeze()(size, _ZERO))
    return made[0], made[1]


def _found(node: Node, changes: Value) -> Value:
    """Where a new value begins; how many there are is the dim that the node defines."""
    made = ops.Squeeze()(ops.NonZero()(changes), _ZERO)
    made.graph.equate(count_of(node), made.type.shape[0])
    return made


def _as(value: Value, kind: DType) -> Value:
    return value if value.type.dtype is kind else ops.Convert(kind)(value)
