"""Embedding bags taken apart: rows are gathered, and a kernel adds them to those of their bags."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.given import converted, counted, given, number, scalar, size_of
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType

_ONE = np.array([1])
_LAST = np.array([-1])


@expands(ops.EmbeddingBagPacked)
def expand_embedding_bag_packed(node: Node) -> tuple[Value, ...]:
    """All bags have one size: their rows are summed along an axis."""
    op, (table, indices, *weights) = node.op, given(node)
    assert isinstance(op, ops.EmbeddingBagPacked)
    rows = _rows(table, indices, weights)
    return (ops.ReduceMean()(rows, _ONE) if op.reduction == "mean" else ops.ReduceSum()(rows, _ONE),)


@expands(ops.EmbeddingBagOffsets)
def expand_embedding_bag_offsets(node: Node) -> tuple[Value, ...]:
    """The bag of an element is found among the offsets."""
    op, (table, indices, offsets, *more) = node.op, given(node)
    assert isinstance(op, ops.EmbeddingBagOffsets)
    begun = ops.Bucketize(DType.i64, False)(counted(size_of(indices, 0)), converted(offsets, DType.i64))
    bags = ops.Subtract()(begun, number(1))
    rows = _rows(table, indices, more[1:])
    return (_joined(table, rows, bags, size_of(offsets, 0), more[:1], op.reduction == "mean"),)


@expands(ops.EmbeddingSegmentsSum)
def expand_embedding_segments_sum(node: Node) -> tuple[Value, ...]:
    """The segment of an element is given."""
    table, indices, segments, count, *more = given(node)
    rows = _rows(table, indices, more[1:])
    return (_joined(table, rows, converted(segments, DType.i64), scalar(count), more[:1], mean=False),)


def _rows(table: Value, indices: Value, weights: list[Value]) -> Value:
    rows = ops.Gather()(table, indices, number(0))
    if not weights:
        return rows
    behind = np.arange(indices.type.rank, rows.type.rank)
    return ops.Multiply()(rows, ops.Unsqueeze()(weights[0], behind) if behind.size else weights[0])


def _joined(table: Value, rows: Value, bags: Value, count: Value, default: list[Value], mean: bool) -> Value:
    """The rows added to those of their bags."""
    size = ops.Reshape()(count, _ONE)
    rest = ops.Slice()(ops.ShapeOf()(table), _ONE, np.array([table.type.rank]), _ONE)
    zero = table.graph.constant(np.array(0, table.type.dtype.numpy))
    zeros = ops.Broadcast("numpy")(zero, ops.Concat(0)(size, rest) if table.type.rank > 1 else size)
    # Bags may not be sorted, and one may be named again and again: each row is added in turn.
    places = ops.Select()(ops.Less()(bags, number(0)), number(2**62), bags)
    made = ops.ScatterNDUpdate("sum")(zeros, ops.Unsqueeze()(places, _LAST), rows)
    if not mean and not default:
        return made
    empty = ops.Broadcast("numpy")(table.graph.constant(number(0)), size)
    ones = ops.Broadcast("numpy")(table.graph.constant(number(1)), ops.ShapeOf()(places))
    sizes = ops.ScatterElementsUpdate("sum")(empty, places, ones, number(0))
    behind = np.arange(1, table.type.rank)
    sizes = ops.Unsqueeze()(sizes, behind) if behind.size else sizes
    if mean:
        made = ops.Divide()(made, converted(ops.Maximum()(sizes, number(1)), table.type.dtype))
    if not default:
        return made
    row = scalar(default[0])
    there = ops.LogicalAnd()(ops.Equal()(sizes, number(0)), ops.GreaterEqual()(row, number(0)))
    other = ops.Gather()(table, ops.Maximum()(row, number(0)), number(0))
    return ops.Select()(there, other, made)
