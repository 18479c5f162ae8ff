"""Prior boxes taken apart: the centres of cells, and the same boxes at each."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.shape_parts import shape_of
from dldt.compiler import ops
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.ops.prior_box import PriorBase
from dldt.compiler.types import Array, DType


@expands(ops.PriorBox, ops.PriorBox8)
def expand_prior_box(node: Node) -> tuple[Value, ...]:
    """The corners of all boxes, and the variances. Rows and columns are computed apart."""
    op, (grid, picture) = node.op, node.inputs
    assert isinstance(op, ops.PriorBox)
    assert grid is not None
    assert picture is not None
    cell, counts = op.cell(), _numbers(grid)
    image = [_float(n) for n in _numbers(picture)]
    grid_sizes, one = [_float(n) for n in counts], np.float32
    scale = None if op.scale_all_sizes else image[0]
    sides: list[list[Value]] = []
    half = ops.Multiply()(ops.Gather()(_sides(op, node.graph, scale), cell.base, np.array(0)), 0.5)
    extents = ops.Divide()(half, cell.stretch), ops.Multiply()(half, cell.stretch)
    for axis in (0, 1):
        step = _step(op, axis, image, grid_sizes)
        start = 0.5 if op.step == 0 else op.offset
        at = _column(ops.Multiply()(ops.Add()(_walk(counts[axis]), start), step))
        at = ops.Add()(at, cell.shift[:, 1 - axis]) if cell.shift.any() else at
        inverse = ops.Divide()(node.graph.constant(np.array(1, one)), image[axis])
        low, far = (ops.Multiply()(make()(at, extents[axis]), inverse) for make in (ops.Subtract, ops.Add))
        if cell.bounded.any():
            low = ops.Maximum()(low, np.where(cell.bounded, one(0), one(-np.inf)))
            far = ops.Minimum()(far, np.where(cell.bounded, one(1), one(np.inf)))
        sides.append([low, far])
    return (_rows(op, sides, counts, clip=op.clip),)


@expands(ops.PriorBoxClustered)
def expand_prior_box_clustered(node: Node) -> tuple[Value, ...]:
    """The same with boxes of given widths and heights."""
    op, (grid, picture) = node.op, node.inputs
    assert isinstance(op, ops.PriorBoxClustered)
    assert grid is not None
    assert picture is not None
    counts, image = _numbers(grid), [_float(n) for n in _numbers(picture)]
    steps, one = op.steps(), np.float32
    sides: list[list[Value]] = []
    for axis, extents in enumerate((op.height, op.width)):
        step = ops.Divide()(image[axis], _float(counts[axis])) if steps is None else steps[axis]
        at = _column(ops.Multiply()(ops.Add()(_walk(counts[axis]), op.offset), step))
        half = np.array(extents, one) * one(0.5)
        sides.append([ops.Divide()(ops.Add()(at, x), image[axis]) for x in (-half, half)])
    return (_rows(op, sides, counts, clip=op.clip),)


def _numbers(pair: Value) -> list[Value]:
    wide = pair if pair.type.dtype is DType.i64 else ops.Convert(DType.i64)(pair)
    flat = wide if wide.type.rank == 1 else ops.Reshape()(wide, np.array([2]))
    return [ops.Gather()(flat, np.array(k), np.array(0)) for k in (0, 1)]


def _float(number: Value) -> Value:
    return ops.Convert(DType.f32)(number)


def _walk(count: Value) -> Value:
    """0, 1, … below ``count``, in f32."""
    return _float(ops.Range(DType.i64)(np.array(0), count, np.array(1)))


def _column(x: Value) -> Value:
    return ops.Unsqueeze()(x, np.array([1]))


def _sides(op: ops.PriorBox, graph: Graph, scale: Value | None) -> Value:
    cell = op.cell()
    if scale is None:
        return graph.constant(cell.sides(1.0))
    smallest = ops.Multiply()(graph.constant(cell.smallest), scale)
    parts: list[Value | Array] = [smallest]
    if cell.largest.size:
        first = ops.Slice()(smallest, np.array([0]), np.array([cell.largest.size]), np.array([1]))
        parts.append(ops.Sqrt()(ops.Multiply()(first, cell.largest)))
    if cell.fixed.size:
        parts.append(cell.fixed)
    return ops.Concat(0)(*parts)


def _step(op: ops.PriorBox, axis: int, image: list[Value], grid: list[Value]) -> Value | Array:
    if op.step == 0:
        return ops.Divide()(image[axis], grid[axis])
    if op.scale_all_sizes:
        return np.array(op.step, np.float32)
    if op.step == -1:
        return ops.Divide()(image[0], grid[0])
    return ops.Multiply()(image[0], op.step)


def _rows(op: PriorBase, sides: list[list[Value]], counts: list[Value], *, clip: bool) -> Value:
    """[2, H · W · boxes · 4] of the first and last rows [H, boxes], and columns [W, boxes]."""
    shape = shape_of(*counts, op.count(), 1)
    if clip:
        sides = [[ops.Clamp(0.0, 1.0)(x) for x in side] for side in sides]
    (top, bottom), (left, right) = sides
    corners = []
    for value, axis in ((left, 0), (top, 1), (right, 0), (bottom, 1)):
        corners.append(ops.Broadcast()(ops.Unsqueeze()(value, np.array([axis, 3])), shape))
    boxes = ops.Reshape()(ops.Concat(3)(*corners), np.array([1, -1, 4]))
    variances = ops.Broadcast()(boxes.graph.constant(op.variances()), ops.ShapeOf()(boxes))
    return ops.Reshape()(ops.Concat(0)(boxes, variances), np.array([2, -1]))
