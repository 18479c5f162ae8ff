"""ROIAlign taken apart: samples between pixels, reduced over each cell."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.between_pixels import pixel_rows
from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.region_cells import as_type, column, picture_sizes, widened
from dldt.codegen.plan.region_samples import RegionAxis, RegionSamples
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType


@expands(ops.ROIAlign, ops.ROIAlign9)
def expand_roi_align(node: Node) -> tuple[Value, ...]:
    """[regions, C, pooled_h, pooled_w]."""
    op, (data, rois, batch) = node.op, node.inputs
    assert isinstance(op, ops.ROIAlign)
    assert data is not None
    assert rois is not None
    assert batch is not None
    pictures, boxes = widened(data), widened(rois)
    plane = ops.Unsqueeze()(as_type(batch, DType.i64), np.array([1, 2]))
    axes = _axis(op, boxes, (1, 3), op.pooled_h), _axis(op, boxes, (0, 2), op.pooled_w)
    sizes, pixels = picture_sizes(pictures), pixel_rows(pictures)
    cells = RegionSamples(pixels, plane, axes, sizes, op.sampling_ratio, op.mode)
    found = cells.cells(f"{node.graph.name}/{node.name}/samples")
    return (as_type(ops.Transpose()(found, np.array([0, 3, 1, 2])), node.types[0].dtype),)


def _axis(op: ops.ROIAlign, rois: Value, sides: tuple[int, int], cells: int) -> RegionAxis:
    before, behind = op.shifts()
    ends = []
    for side in sides:
        at = column(rois, side)
        at = ops.Add()(at, before) if before else at
        at = ops.Multiply()(at, op.spatial_scale)
        ends.append(ops.Add()(at, behind) if behind else at)
    extent = ops.Subtract()(ends[1], ends[0])
    extent = ops.Maximum()(extent, 1.0) if op.alignment == "asymmetric" else extent
    return RegionAxis(ends[0], ops.Divide()(extent, float(cells)), cells)
