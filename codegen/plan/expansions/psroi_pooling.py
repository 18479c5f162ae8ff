"""PSROIPooling taken apart: means of cells by a loop over their pixels, or elements between pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dldt.codegen.plan.accumulated import accumulated
from dldt.codegen.plan.between_pixels import between_pixels, inside, place_of, single_elements
from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.region_cells import (
    Cells,
    as_type,
    bounded_cells,
    column,
    f32,
    picture_of,
    picture_sizes,
    real,
)
from dldt.codegen.plan.shape_parts import numbered, shape_of, size_of
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType

_ZERO = np.array(0, np.float32)
_LEAST_SIDE = 0.1


@expands(ops.PSROIPooling)
def expand_psroi_pooling(node: Node) -> tuple[Value, ...]:
    """[regions, output_dim, group_size, group_size]."""
    op, (pictures, rois) = node.op, node.inputs
    assert isinstance(op, ops.PSROIPooling)
    assert pictures is not None
    assert rois is not None
    make = _means if op.mode == "average" else _between
    return (as_type(make(op, f32(pictures), f32(rois), node), node.types[0].dtype),)


def _means(op: ops.PSROIPooling, pictures: Value, rois: Value, node: Node) -> Value:
    """The means of cells [regions, outputs, rows, columns]."""
    known, sizes = real(rois), picture_sizes(pictures)
    rows = _whole_cells(op, rois, (2, 4), sizes[0], known)
    columns = _whole_cells(op, rois, (1, 3), sizes[1], known)
    channels = op.output_dim * op.group_size**2
    own = numbered(pictures.graph, 1, op.output_dim, op.group_size, op.group_size)
    picture = ops.Unsqueeze()(picture_of(rois, known), np.array([2, 3]))
    plane = ops.Add()(ops.Multiply()(picture, np.array(channels)), own)
    shape = shape_of(size_of(rois, 0), op.output_dim, op.group_size, op.group_size)
    start = ops.Broadcast()(pictures.graph.constant(_ZERO), shape)
    width, down, over = columns.most, np.array([1, 3]), np.array([1, 2])

    def step(turn: Value, total: Value, given: Sequence[Value]) -> Value:
        flat, plane, top, high, left, wide, width, h, w = given
        i, j = ops.Divide()(turn, width), ops.FloorMod()(turn, width)
        good = ops.LogicalAnd()(ops.Greater()(high, i), ops.Greater()(wide, j))
        y = ops.Minimum()(ops.Add()(top, i), ops.Subtract()(h, 1))
        x = ops.Minimum()(ops.Add()(left, j), ops.Subtract()(w, 1))
        found = ops.Gather()(flat, place_of(plane, y, x, w, h), np.array(0))
        return ops.Select()(good, ops.Add()(total, found), total)

    flat = ops.Reshape()(pictures, np.array([-1]))
    ends = [ops.Unsqueeze()(v, axes) for v, axes in ((rows.first, down), (rows.count, down))]
    ends += [ops.Unsqueeze()(v, axes) for v, axes in ((columns.first, over), (columns.count, over))]
    turns = ops.Multiply()(rows.most, width)
    name = f"{node.graph.name}/{node.name}/cells"
    total = accumulated(turns, start, (flat, plane, *ends, width, *sizes), step, name)
    area = ops.Multiply()(ends[1], ends[3])
    size = ops.Convert(DType.f32)(ops.Maximum()(area, 1))
    return ops.Divide()(total, size)


def _whole_cells(op: ops.PSROIPooling, rois: Value, sides: tuple[int, int], size: Value, known: Value) -> Cells:
    away = ops.Round("half_away_from_zero")
    low = ops.Multiply()(away(column(rois, sides[0])), op.spatial_scale)
    high = ops.Multiply()(away(ops.Add()(column(rois, sides[1]), 1.0)), op.spatial_scale)
    step = ops.Divide()(ops.Maximum()(ops.Subtract()(high, low), _LEAST_SIDE), float(op.group_size))
    number = np.arange(op.group_size + 1, dtype=np.float32)
    first = ops.Floor()(ops.Add()(ops.Multiply()(step, number[:-1]), low))
    last = ops.Ceiling()(ops.Add()(ops.Multiply()(step, number[1:]), low))
    return bounded_cells(ops.Convert(DType.i64)(first), ops.Convert(DType.i64)(last), size, known)


def _between(op: ops.PSROIPooling, pictures: Value, rois: Value, _: Node) -> Value:
    """Means over bins [regions, bins down, bins over, outputs, rows, columns]."""
    known, sizes = real(rois), picture_sizes(pictures)
    bins, g = (op.spatial_bins_y, op.spatial_bins_x), op.group_size
    y = ops.Unsqueeze()(_positions(op, rois, (2, 4), bins[0], sizes[0]), np.array([2, 3, 5]))
    x = ops.Unsqueeze()(_positions(op, rois, (1, 3), bins[1], sizes[1]), np.array([1, 3, 4]))
    mask = ops.Unsqueeze()(known, np.array([2, 3, 4, 5]))
    good = ops.LogicalAnd()(ops.LogicalAnd()(inside(y, sizes[0]), inside(x, sizes[1])), mask)
    y, x = (ops.Select()(inside(at, size), at, _ZERO) for at, size in ((y, sizes[0]), (x, sizes[1])))
    channels = op.output_dim * bins[0] * bins[1]
    own = numbered(pictures.graph, 1, *bins, op.output_dim, 1, 1)
    picture = ops.Unsqueeze()(picture_of(rois, known), np.array([2, 3, 4, 5]))
    plane = ops.Add()(ops.Multiply()(picture, np.array(channels)), own)
    found = ops.Select()(good, between_pixels(single_elements(pictures), plane, y, x, sizes), _ZERO)
    assert found.type.shape[-1] == g
    return ops.Divide()(ops.ReduceSum(False)(found, np.array([1, 2])), float(bins[0] * bins[1]))


def _positions(op: ops.PSROIPooling, rois: Value, sides: tuple[int, int], bins: int, size: Value) -> Value:
    """[regions, bins, cells]: where the elements of the cells of each bin lie."""
    low, high = (ops.Multiply()(column(rois, side), op.spatial_scale) for side in sides)
    step = ops.Divide()(ops.Subtract()(high, low), float(bins))
    first = ops.Add()(ops.Multiply()(step, np.arange(bins, dtype=np.float32)), low)
    first, step = (ops.Unsqueeze()(v, np.array([2])) for v in (first, step))
    last = ops.Convert(DType.f32)(ops.Subtract()(size, 1))
    if op.group_size == 1:
        middle = ops.Add()(ops.Add()(first, first), step)
        return ops.Divide()(ops.Multiply()(middle, last), 2.0)
    scale = ops.Divide()(ops.Multiply()(step, last), float(op.group_size - 1))
    walk = ops.Multiply()(scale, np.arange(op.group_size, dtype=np.float32))
    return ops.Add()(walk, ops.Multiply()(first, last))


@expands(ops.DeformablePSROIPooling)
def expand_deformable_psroi_pooling(node: Node) -> tuple[Value, ...]:
    """Means over bins [regions, outputs, rows, columns, bins down, bins over] of those inside of the picture."""
    op, (pictures, rois, *more) = node.op, node.inputs
    assert isinstance(op, ops.DeformablePSROIPooling)
    assert pictures is not None
    assert rois is not None
    data, boxes, g = f32(pictures), f32(rois), op.group_size
    known, sizes = real(boxes), picture_sizes(data)
    moves = None if not more or more[0] is None else f32(more[0])
    y = _moved(op, boxes, (2, 4), op.spatial_bins_y, 0, moves)
    x = _moved(op, boxes, (1, 3), op.spatial_bins_x, 1, moves)
    goods, places = [], []
    for at, size in ((y, sizes[0]), (x, sizes[1])):
        extent = ops.Convert(DType.f32)(size)
        good = ops.LogicalAnd()(ops.GreaterEqual()(at, -0.5), ops.LessEqual()(at, ops.Subtract()(extent, 0.5)))
        goods.append(good)
        places.append(ops.Minimum()(ops.Maximum()(at, 0.0), ops.Subtract()(extent, 1.0)))
    mask = ops.Unsqueeze()(known, np.array([2, 3, 4, 5]))
    good = ops.LogicalAnd()(ops.LogicalAnd()(*goods), mask)
    channels = op.output_dim * g * g
    own = numbered(data.graph, 1, op.output_dim, g, g, 1, 1)
    picture = ops.Unsqueeze()(picture_of(boxes, known), np.array([2, 3, 4, 5]))
    plane = ops.Add()(ops.Multiply()(picture, np.array(channels)), own)
    found = between_pixels(single_elements(data), plane, places[0], places[1], sizes)
    axes = np.array([4, 5])
    total = ops.ReduceSum(False)(ops.Select()(good, found, _ZERO), axes)
    count = ops.ReduceSum(False)(ops.Convert(DType.f32)(good), axes)
    return (as_type(ops.Divide()(total, ops.Maximum()(count, 1.0)), node.types[0].dtype),)


def _moved(
    op: ops.DeformablePSROIPooling, rois: Value, sides: tuple[int, int], bins: int, axis: int, moves: Value | None
) -> Value:
    """Where the elements of the bins of each cell lie along one axis (0: down)."""
    away, g = ops.Round("half_away_from_zero"), op.group_size
    low = ops.Subtract()(ops.Multiply()(away(column(rois, sides[0])), op.spatial_scale), 0.5)
    end = ops.Add()(away(column(rois, sides[1])), 1.0)
    high = ops.Subtract()(ops.Multiply()(end, op.spatial_scale), 0.5)
    side = ops.Maximum()(ops.Subtract()(high, low), _LEAST_SIDE)
    cell = ops.Divide()(side, float(g))
    start = ops.Add()(ops.Multiply()(cell, np.arange(g, dtype=np.float32)), low)
    cells = ops.Unsqueeze()(start, np.array([1, 3] if axis == 0 else [1, 2]))
    if moves is not None:
        extent = ops.Unsqueeze()(side, np.array([2, 3]))
        own = ops.Multiply()(_parts(op, moves, axis), op.trans_std)
        cells = ops.Add()(cells, ops.Multiply()(own, extent))
    step = ops.Unsqueeze()(ops.Divide()(cell, float(bins)), np.array([2, 3, 4, 5]))
    number = np.arange(bins, dtype=np.float32).reshape((1, 1, 1, 1, -1, 1) if axis == 0 else (1, 1, 1, 1, 1, -1))
    return ops.Add()(ops.Unsqueeze()(cells, np.array([4, 5])), ops.Multiply()(step, number))


def _parts(op: ops.DeformablePSROIPooling, moves: Value, axis: int) -> Value:
    """The offset of each cell along one axis: [regions, outputs, rows, columns]."""
    channels = moves.type.shape[1]
    assert isinstance(channels, int)
    kind = np.arange(op.output_dim) // (op.output_dim // (channels // 2))
    part = np.arange(op.group_size) * op.part_size // op.group_size
    own = ops.Gather()(moves, 2 * kind + (1 - axis), np.array(1))
    return ops.Gather()(ops.Gather()(own, part, np.array(2)), part, np.array(3))
