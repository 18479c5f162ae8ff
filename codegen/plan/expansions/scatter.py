"""Writing by index taken apart: indices become places of rows in C order, and a kernel writes the rows."""

from __future__ import annotations

import numpy as np

from dldt.codegen.loop.scattered_rows import ScatteredRows
from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.in_memory import in_memory
from dldt.compiler import ops
from dldt.compiler.dims import product
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.axes import known_int
from dldt.compiler.types import Array, DType

_LAST = np.array([-1])


@expands(ops.ScatterElementsUpdate)
def expand_scatter_elements(node: Node) -> tuple[Value, ...]:
    """Every element is a row."""
    op, (data, indices, updates, axis) = node.op, node.inputs
    assert isinstance(op, ops.ScatterElementsUpdate)
    assert data is not None
    assert indices is not None
    assert updates is not None
    assert axis is not None
    at = known_int(axis.type, "axis", op.type) % data.type.rank
    shape, extent = ops.ShapeOf()(data), ops.ShapeOf()(indices)
    place, inside = _normal(_wide(indices), _size(shape, at))
    total: Value | None = None
    for k in range(data.type.rank):
        here = place if k == at else _along(extent, k, data.type.rank)
        total = here if total is None else ops.Add()(ops.Multiply()(total, _size(shape, k)), here)
    assert total is not None
    return (_written(node, op.reduction, 0, data, ops.Select()(inside, total, _number(-1)), updates),)


@expands(ops.ScatterUpdate)
def expand_scatter_update(node: Node) -> tuple[Value, ...]:
    """The dims behind the axis are those of a row; the dims before it have the same indices each."""
    op, (data, indices, updates, axis) = node.op, node.inputs
    assert isinstance(op, ops.ScatterUpdate)
    assert data is not None
    assert indices is not None
    assert updates is not None
    assert axis is not None
    at = known_int(axis.type, "axis", op.type) % data.type.rank
    shape = ops.ShapeOf()(data)
    place, inside = _normal(ops.Reshape()(_wide(indices), _LAST), _size(shape, at))
    if at:
        before = ops.ReduceProd(False)(ops.Slice()(shape, np.array([0]), np.array([at]), np.array([1])), np.array([0]))
        outer = ops.Reshape()(ops.Range(DType.i64)(_number(0), before, _number(1)), np.array([-1, 1]))
        place = ops.Add()(ops.Multiply()(outer, _size(shape, at)), place)
    rest = data.type.rank - at - 1
    return (_written(node, "none", rest, data, ops.Select()(inside, place, _number(-1)), updates),)


@expands(ops.ScatterNDUpdate)
def expand_scatter_nd(node: Node) -> tuple[Value, ...]:
    """The dims that no index names are those of a row."""
    op, (data, indices, updates) = node.op, node.inputs
    assert isinstance(op, ops.ScatterNDUpdate)
    assert data is not None
    assert indices is not None
    assert updates is not None
    shape, depth = ops.ShapeOf()(data), indices.type.shape[-1]
    assert isinstance(depth, int)
    wide = _wide(indices)
    total, fits = None, None
    for k in range(depth):
        size = _size(shape, k)
        place, inside = _normal(ops.Gather()(wide, _number(k), _LAST[0]), size)
        total = place if total is None else ops.Add()(ops.Multiply()(total, size), place)
        fits = inside if fits is None else ops.LogicalAnd()(fits, inside)
    assert total is not None
    assert fits is not None
    rest = data.type.rank - depth
    return (_written(node, op.reduction, rest, data, ops.Select()(fits, total, _number(-1)), updates),)


def _written(node: Node, reduction: str, behind: int, data: Value, places: Value, updates: Value) -> Value:
    """``behind``: of how many dims a row has."""
    dims = data.type.shape
    split = len(dims) - behind
    rows, width = product(dims[:split]), product(dims[split:])
    op = ScatteredRows(reduction, rows, width, places.type.elements)
    flat = [in_memory(ops.Reshape()(x, _LAST)) for x in (data, places, updates)]
    made = op(*flat, name=node.name)
    return ops.Reshape()(made, ops.ShapeOf()(data))


def _wide(indices: Value) -> Value:
    return indices if indices.type.dtype is DType.i64 else ops.Convert(DType.i64)(indices)


def _normal(index: Value, size: Value) -> tuple[Value, Value]:
    """The index counted from the front, and whether it is inside."""
    zero = _number(0)
    place = ops.Select()(ops.Less()(index, zero), ops.Add()(index, size), index)
    return place, ops.LogicalAnd()(ops.GreaterEqual()(place, zero), ops.Less()(place, size))


def _along(extent: Value, axis: int, rank: int) -> Value:
    """0, 1, … along an axis."""
    numbers = ops.Range(DType.i64)(_number(0), _size(extent, axis), _number(1))
    shape = [1] * rank
    shape[axis] = -1
    return ops.Reshape()(numbers, np.array(shape))


def _size(shape: Value, axis: int) -> Value:
    return ops.Gather()(shape, _number(axis), _number(0))


def _number(value: int) -> Array:
    return np.array(value, np.int64)
