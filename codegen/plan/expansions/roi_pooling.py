"""ROIPooling taken apart: a kernel walks over the pixels of cells, or elements between pixels."""

from __future__ import annotations

import numpy as np

from dldt.codegen.loop.largest_in_cells import LargestInCells
from dldt.codegen.plan.between_pixels import between_pixels, inside, pixel_rows
from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.in_memory import in_memory
from dldt.codegen.plan.region_cells import (
    Cells,
    as_columns,
    as_rows,
    as_type,
    bounded_cells,
    column,
    f32,
    picture_of,
    picture_sizes,
    real,
)
from dldt.codegen.plan.shape_parts import size_of
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType

_FLAT = np.array([-1])


@expands(ops.ROIPooling)
def expand_roi_pooling(node: Node) -> tuple[Value, ...]:
    """[regions, C, pooled_h, pooled_w]."""
    op, (pictures, rois) = node.op, node.inputs
    assert isinstance(op, ops.ROIPooling)
    assert pictures is not None
    assert rois is not None
    make = _largest if op.method == "max" else _between
    made = ops.Transpose()(make(op, f32(pictures), f32(rois)), np.array([0, 3, 1, 2]))
    return (as_type(made, node.types[0].dtype),)


def _largest(op: ops.ROIPooling, pictures: Value, rois: Value) -> Value:
    known, (height, width) = real(rois), picture_sizes(pictures)
    plane = ops.Convert(DType.i64)(column(rois, 0))
    known = ops.LogicalAnd()(known, ops.Less()(plane, size_of(pictures, 0)))
    rows = _cells(op, rois, (2, 4), op.pooled_h, height, known)
    columns = _cells(op, rois, (1, 3), op.pooled_w, width, known)
    top = ops.Add()(ops.Multiply()(ops.Select()(known, plane, np.array(0, np.int64)), height), rows.first)
    dims = (rois.type.shape[0], op.pooled_h, op.pooled_w, pictures.type.shape[3], pictures.type.shape[1])
    lines = ops.Reshape()(ops.Transpose()(pictures, np.array([0, 2, 3, 1])), _FLAT)
    given = (lines, *(ops.Reshape()(x, _FLAT) for x in (top, rows.count, columns.first, columns.count)))
    return LargestInCells(*dims)(*map(in_memory, given))


def _cells(op: ops.ROIPooling, rois: Value, sides: tuple[int, int], count: int, size: Value, known: Value) -> Cells:
    whole = [ops.Round("half_away_from_zero")(ops.Multiply()(column(rois, side), op.spatial_scale)) for side in sides]
    extent = ops.Maximum()(ops.Add()(ops.Subtract()(whole[1], whole[0]), 1.0), 1.0)
    step = ops.Divide()(extent, float(count))
    number = np.arange(count + 1, dtype=np.float32)
    first, last = ops.Floor()(ops.Multiply()(step, number[:-1])), ops.Ceiling()(ops.Multiply()(step, number[1:]))
    low, high = (ops.Convert(DType.i64)(ops.Add()(x, whole[0])) for x in (first, last))
    return bounded_cells(low, high, size, known)


def _between(op: ops.ROIPooling, pictures: Value, rois: Value) -> Value:
    known, sizes = real(rois), picture_sizes(pictures)
    y = as_rows(_steps(rois, (2, 4), op.pooled_h, sizes[0]))
    x = as_columns(_steps(rois, (1, 3), op.pooled_w, sizes[1]))
    good = ops.LogicalAnd()(ops.LogicalAnd()(inside(y, sizes[0]), inside(x, sizes[1])), as_rows(known))
    zero = np.array(0, np.float32)
    y, x = (ops.Select()(inside(at, size), at, zero) for at, size in ((y, sizes[0]), (x, sizes[1])))
    plane = as_rows(picture_of(rois, known))
    pixels = pixel_rows(pictures)
    return ops.Select()(pixels.over(good), between_pixels(pixels, plane, y, x, sizes), zero)


def _steps(rois: Value, sides: tuple[int, int], count: int, size: Value) -> Value:
    """Positions from a region's first to its last side: exactly this one at the end."""
    low, high = (column(rois, side) for side in sides)
    last = ops.Convert(DType.f32)(ops.Subtract()(size, 1))
    if count == 1:
        return ops.Multiply()(ops.Multiply()(ops.Add()(low, high), 0.5), last)
    step = ops.Divide()(ops.Multiply()(ops.Subtract()(high, low), last), float(count - 1))
    number = np.arange(count - 1, dtype=np.float32)
    walk = ops.Add()(ops.Multiply()(step, number), ops.Multiply()(low, last))
    return ops.Concat(1)(walk, ops.Multiply()(high, last))
