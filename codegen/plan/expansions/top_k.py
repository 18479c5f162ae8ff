"""TopK taken apart: a kernel that ranks rows finds the positions, gathers and movements do the rest."""

from __future__ import annotations

import numpy as np

from dldt.codegen.loop.best_place import FEWER, BestPlace
from dldt.codegen.loop.ranked import Ranked
from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.in_memory import in_memory
from dldt.compiler import ops
from dldt.compiler.dims import product
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType

NUMBERED = 1 << 20
"""The longest axis whose places are written as constants."""


@expands(ops.TopK)
def expand_top_k(node: Node) -> tuple[Value, ...]:
    """The values and the positions."""
    op = node.op
    assert isinstance(op, ops.TopK)
    x, k = node.inputs
    assert x is not None
    assert k is not None
    rank = x.type.rank
    axis = op.axis % rank
    if node.types[0].shape[axis] == 1:
        at = _first_best(x, axis, op, node.name)
        return ops.GatherElements(axis)(x, at), at
    order = [*(i for i in range(rank) if i != axis), axis]
    rows = x if axis == rank - 1 else ops.Transpose()(x, np.array(order))
    at = Ranked(node.types[0].shape[axis], op.mode, op.sort == "index")(in_memory(rows), name=node.name)
    if at.type.shape != (*rows.type.shape[:-1], node.types[0].shape[axis]):
        end = ops.Reshape()(ops.Convert(DType.i64)(k), np.array([1]))
        at = ops.Slice()(at, np.array([0]), end, np.array([1]), np.array([rank - 1]))
    found = ops.GatherElements(rank - 1)(rows, at), ops.Convert(op.index_element_type)(at)
    if axis == rank - 1:
        return found
    back = np.argsort(order)
    return ops.Transpose()(found[0], back), ops.Transpose()(found[1], back)


def _first_best(x: Value, axis: int, op: ops.TopK, name: str) -> Value:
    """The position of the best element along the axis, the first of equals; NaN is larger than all numbers. Where many
    columns lie side by side a kernel searches them in one pass."""
    size, columns = x.type.shape[axis], product(x.type.shape[axis + 1 :])
    if isinstance(size, int) and size >= 1 << 31:
        raise UnsupportedError(f"the best of {size} elements along an axis: at most 2**31 - 1 are supported")
    numbered = isinstance(size, int) and size > NUMBERED
    if not isinstance(columns, int) or columns >= FEWER or numbered:
        return BestPlace(axis, op.mode, op.index_element_type)(in_memory(x), name=name)
    return ops.Convert(op.index_element_type)(_by_reductions(x, axis, op.mode))


def _by_reductions(x: Value, axis: int, mode: str) -> Value:
    """The same by two reductions: the best value, and the first place where it stands."""
    graph, size = x.graph, x.type.shape[axis]
    shape = [1] * x.type.rank
    shape[axis] = -1
    if isinstance(size, int):
        length = graph.constant(np.array(size, np.int32))
        number = graph.constant(np.arange(size, dtype=np.int32).reshape(shape))
    else:
        length = ops.Convert(DType.i32)(ops.Gather()(ops.ShapeOf()(x), np.array(axis), np.array(0)))
        row = ops.Range(DType.i32)(graph.constant(np.array(0, np.int32)), length, np.array(1, np.int32))
        number = ops.Reshape()(row, np.array(shape))
    axes = np.array([axis])
    reduce = ops.ReduceMax(True) if mode == "max" else ops.ReduceMin(True)
    if not x.type.dtype.is_float:
        hit = ops.Equal()(x, reduce(x, axes))
        return ops.ReduceMin(True)(ops.Select()(hit, number, length), axes)
    largest = np.array(np.inf, x.type.dtype.numpy)
    known = ops.Equal()(x, x)
    clean = ops.Select()(known, x, largest)
    hit = ops.Equal()(clean, reduce(clean, axes))
    # Of places where there is infinity or NaN, those of NaN come first for the largest, last for the smallest.
    behind = ops.Add()(number, length)
    late = ops.Select()(known, behind, number) if mode == "max" else ops.Select()(known, number, behind)
    first = ops.ReduceMin(True)(ops.Select()(hit, late, np.array(2**31 - 1, np.int32)), axes)
    late_first = ops.GreaterEqual()(first, length)
    return ops.Select()(late_first, ops.Subtract()(first, length), first)
