"""The layout pass: which tensors lie in channel blocks (NCHWc) and which in C order."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.buffers import PLAIN, Layout
from dldt.codegen.lower.access import RULES
from dldt.codegen.regions import Region, runtime_inputs
from dldt.codegen.target import Target
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.op import Op

CONVOLUTIONS: tuple[type[Op], ...] = (
    ops.Convolution,
    ops.GroupConvolution,
    ops.ConvolutionBackpropData,
    ops.GroupConvolutionBackpropData,
)
CHANNELWISE: tuple[type[Op], ...] = (
    ops.MaxPool,
    ops.MaxPool8,
    ops.AvgPool,
    ops.Interpolate,
    ops.LRN,
    ops.Concat,
    ops.BatchNormInference,
    ops.Pad,
    ops.ShuffleChannels,
    ops.ReduceMean,
    ops.ReduceMax,
    ops.ReduceSum,
)
"""Operations that treat channels apart: they work as well on blocks, and keep them."""


def assign_layouts(regions: Sequence[Region | Node], target: Target) -> dict[Value, Layout]:
    """The layout of every region's root. A convolution's output is blocked; what treats channels apart follows its
    input; all else, and what has no spatial extent, is in C order."""
    blocked = Layout(target.block)
    chosen: dict[Value, Layout] = {}
    for region in regions:
        if isinstance(region, Region):
            chosen[region.root] = blocked if _wants_block(region, chosen) else PLAIN
    return chosen


def _wants_block(region: Region, chosen: dict[Value, Layout]) -> bool:
    root = region.root
    if root.type.rank not in (3, 4, 5) or all(dim == 1 for dim in root.type.shape[2:]) or not root.type.dtype.is_float:
        return False
    if region.anchor is not None and isinstance(region.anchor.op, CONVOLUTIONS):
        return True
    if not all(_keeps_channels(node) for node in region.nodes):
        return False
    inside = set(region.nodes)
    outside = [v for node in region.nodes for _, v in runtime_inputs(node) if v.node not in inside]
    return any(chosen.get(v, PLAIN).block for v in outside)


def _keeps_channels(node: Node) -> bool:
    if RULES[type(node.op)].kind == "map":
        return True
    if isinstance(node.op, ops.Concat):
        return node.op.axis % node.types[0].rank == 1
    return isinstance(node.op, CHANNELWISE)
