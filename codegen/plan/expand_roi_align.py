"""ROIAlign taken apart: samples between pixels, reduced over each cell."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.codegen.plan.accumulated import accumulated
from dldt.codegen.plan.between_pixels import Pixels, between_pixels, pixel_rows
from dldt.codegen.plan.region_cells import Cells, as_columns, as_rows, as_type, column, picture_sizes, widened
from dldt.codegen.plan.shape_parts import shape_of, size_of
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType


@attrs.frozen
class _Axis:
    """Regions along one axis: where each begins and how large its cells are (columns), and how many cells there are."""

    low: Value
    step: Value
    cells: int


def expand_roi_align(node: Node) -> tuple[Value, ...]:
    """[regions, C, pooled_h, pooled_w]."""
    op, (data, rois, batch) = node.op, node.inputs
    assert isinstance(op, ops.ROIAlign)
    assert data is not None
    assert rois is not None
    assert batch is not None
    pictures, boxes = widened(data), widened(rois)
    plane = ops.Unsqueeze()(as_type(batch, DType.i64), np.array([1, 2]))
    sizes = picture_sizes(pictures)
    axes = _axis(op, boxes, (1, 3), op.pooled_h), _axis(op, boxes, (0, 2), op.pooled_w)
    make = _counted if op.sampling_ratio else _as_many_as_pixels
    found = make(op, pictures, plane, axes, sizes, f"{node.graph.name}/{node.name}/samples")
    return (as_type(ops.Transpose()(found, np.array([0, 3, 1, 2])), node.types[0].dtype),)


def _axis(op: ops.ROIAlign, rois: Value, sides: tuple[int, int], cells: int) -> _Axis:
    before, behind = op.shifts()
    ends = []
    for side in sides:
        at = column(rois, side)
        at = ops.Add()(at, before) if before else at
        at = ops.Multiply()(at, op.spatial_scale)
        ends.append(ops.Add()(at, behind) if behind else at)
    extent = ops.Subtract()(ends[1], ends[0])
    extent = ops.Maximum()(extent, 1.0) if op.alignment == "asymmetric" else extent
    return _Axis(ends[0], ops.Divide()(extent, float(cells)), cells)


def _counted(
    op: ops.ROIAlign, pictures: Value, plane: Value, axes: tuple[_Axis, _Axis], sizes: Sequence[Value], _: str
) -> Value:
    """As many samples in every cell."""
    count, kind = op.sampling_ratio, pictures.type.dtype.numpy
    at = []
    for axis in axes:
        cell = np.repeat(np.arange(axis.cells), count).astype(kind)
        share = np.tile(np.arange(count) + 0.5, axis.cells).astype(kind)
        walk = ops.Multiply()(ops.Divide()(axis.step, float(count)), share)
        at.append(ops.Add()(ops.Add()(axis.low, ops.Multiply()(axis.step, cell)), walk))
    found = _samples(pixel_rows(pictures), plane, as_rows(at[0]), as_columns(at[1]), sizes)
    parts = ops.Reshape()(found, shape_of(-1, op.pooled_h, count, op.pooled_w, count, size_of(pictures, 1)))
    if op.mode == "avg":
        return ops.ReduceMean(False)(parts, np.array([2, 4]))
    return ops.Maximum()(ops.ReduceMax(False)(parts, np.array([2, 4])), 0.0)


def _as_many_as_pixels(
    op: ops.ROIAlign, pictures: Value, plane: Value, axes: tuple[_Axis, _Axis], sizes: Sequence[Value], name: str
) -> Value:
    """Cells of regions of other sizes have other numbers of samples: a loop as long as the largest cell."""
    zero, kind = np.array(0, np.int64), pictures.type.dtype
    counts = [ops.Maximum()(ops.Convert(DType.i64)(ops.Ceiling()(axis.step)), zero) for axis in axes]
    turns = [Cells(axis.low, count).most for axis, count in zip(axes, counts, strict=True)]
    steps, lows = [], []
    for axis, count in zip(axes, counts, strict=True):
        size = ops.Convert(kind)(ops.Maximum()(count, 1))
        steps.append(ops.Divide()(axis.step, size))
        lows.append(ops.Add()(axis.low, ops.Multiply()(axis.step, np.arange(axis.cells, dtype=kind.numpy))))
    shape = shape_of(size_of(plane, 0), op.pooled_h, op.pooled_w, size_of(pictures, 1))
    start = ops.Broadcast()(pictures.graph.constant(np.array(0, kind.numpy)), shape)
    pixels = pixel_rows(pictures)

    def step(turn: Value, total: Value, given: Sequence[Value]) -> Value:
        memory, plane, width, rows, columns, top, down, left, over, *size = given
        i, j = ops.Divide()(turn, width), ops.FloorMod()(turn, width)
        good = ops.LogicalAnd()(ops.Greater()(as_rows(rows), i), ops.Greater()(as_columns(columns), j))
        at = []
        for number, low, by in ((i, top, down), (j, left, over)):
            at.append(ops.Add()(low, ops.Multiply()(ops.Add()(ops.Convert(kind)(number), 0.5), by)))
        found = _samples(Pixels(memory, channels=True), plane, as_rows(at[0]), as_columns(at[1]), size)
        joined = ops.Add()(total, found) if op.mode == "avg" else ops.Maximum()(total, found)
        return ops.Select()(pixels.over(good), joined, total)

    given = (pixels.memory, plane, turns[1], *counts, lows[0], steps[0], lows[1], steps[1], *sizes)
    total = accumulated(ops.Multiply()(turns[0], turns[1]), start, given, step, name)
    if op.mode == "max":
        return total
    number = ops.Multiply()(as_rows(counts[0]), as_columns(counts[1]))
    return ops.Divide()(total, pixels.over(ops.Convert(kind)(ops.Maximum()(number, 1))))


def _samples(pixels: Pixels, plane: Value, y: Value, x: Value, sizes: Sequence[Value]) -> Value:
    """Elements between pixels; those more than a pixel outside are 0, others outside are those at the border."""
    goods, places = [], []
    for at, size in ((y, sizes[0]), (x, sizes[1])):
        extent = ops.Convert(at.type.dtype)(size)
        goods.append(ops.LogicalAnd()(ops.GreaterEqual()(at, -1.0), ops.LessEqual()(at, extent)))
        places.append(ops.Minimum()(ops.Maximum()(at, 0.0), ops.Subtract()(extent, 1.0)))
    found = between_pixels(pixels, plane, places[0], places[1], sizes)
    return ops.Select()(pixels.over(ops.LogicalAnd()(*goods)), found, np.array(0, found.type.dtype.numpy))
