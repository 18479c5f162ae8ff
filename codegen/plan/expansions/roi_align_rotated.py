"""ROIAlignRotated taken apart: samples between pixels, at places that are turned, reduced over each cell."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.between_pixels import pixel_rows
from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.region_cells import as_type, column, picture_sizes, widened
from dldt.codegen.plan.region_samples import RegionAxis, RegionRotation, RegionSamples
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType


@expands(ops.ROIAlignRotated)
def expand_roi_align_rotated(node: Node) -> tuple[Value, ...]:
    """[regions, C, pooled_h, pooled_w]."""
    op, (data, rois, batch) = node.op, node.inputs
    assert isinstance(op, ops.ROIAlignRotated)
    assert data is not None
    assert rois is not None
    assert batch is not None
    pictures, boxes = widened(data), widened(rois)
    plane = ops.Unsqueeze()(as_type(batch, DType.i64), np.array([1, 2]))
    scaled = [ops.Multiply()(column(boxes, number), op.spatial_scale) for number in range(4)]
    axes = _axis(scaled[3], op.pooled_h), _axis(scaled[2], op.pooled_w)
    angle = column(boxes, 4)
    angle = ops.Negative()(angle) if op.clockwise_mode else angle
    parts = (ops.Cos()(angle), ops.Sin()(angle), ops.Add()(scaled[1], -0.5), ops.Add()(scaled[0], -0.5))
    rotation = RegionRotation(*(ops.Unsqueeze()(part, np.array([2])) for part in parts))
    sizes, pixels = picture_sizes(pictures), pixel_rows(pictures)
    cells = RegionSamples(pixels, plane, axes, sizes, op.sampling_ratio, "avg", rotation)
    found = cells.cells(f"{node.graph.name}/{node.name}/samples")
    return (as_type(ops.Transpose()(found, np.array([0, 3, 1, 2])), node.types[0].dtype),)


def _axis(size: Value, cells: int) -> RegionAxis:
    """A side of regions, from its middle."""
    return RegionAxis(ops.Multiply()(size, -0.5), ops.Divide()(size, float(cells)), cells)
