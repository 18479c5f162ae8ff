"""GridSample taken apart: each pixel is a sum of a few others at places that are computed."""

from __future__ import annotations

from dldt.codegen.plan.expansion_table import expands
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.passes.grid_sampling import grid_sampled


@expands(ops.GridSample)
def expand_grid_sample(node: Node) -> tuple[Value, ...]:
    """[N, C, H', W']."""
    op, (data, grid) = node.op, node.inputs
    assert isinstance(op, ops.GridSample)
    assert data is not None
    assert grid is not None
    return (grid_sampled(data, grid, op.mode.removeprefix("bi"), op.padding_mode, aligned=op.align_corners),)
