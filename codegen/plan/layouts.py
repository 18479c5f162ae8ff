"""The layout pass: which tensors lie in channel blocks (NCHWc) and which in C order."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.kernels.families import anchor_family
from dldt.codegen.loop.buffers import PLAIN, Layout
from dldt.codegen.target import Target
from dldt.codegen.task.region import Region, rule_of, runtime_inputs
from dldt.compiler import ops
from dldt.compiler.dims import Dim
from dldt.compiler.graph import Node, Value
from dldt.compiler.traits import Trait


def assign_layouts(regions: Sequence[Region | Node], target: Target) -> dict[Value, Layout]:
    """The layout of every region's root.

    In channel blocks: the output of a convolution, and a tensor that only convolutions read. An operation that treats
    channels separately takes the layout of its input. All else is in C order; so is a tensor without spatial extent, or
    one that would fill at most a quarter of a block. Long rows that only matrix products read have gaps between them.
    """
    blocked = Layout(target.block)
    demanded = _read_by_convolutions_only(regions, target.block)
    gapped = _rows_apart(regions, target)
    chosen: dict[Value, Layout] = {}
    for region in regions:
        if isinstance(region, Region):
            possible = _can_block(region.root) and _at_least(region.root.type.shape[1], target.block // 4 + 1)
            wanted = possible and (region.root in demanded or _wants_block(region, chosen))
            chosen[region.root] = blocked if wanted else gapped.get(region.root, PLAIN)
    return chosen


def why_so(regions: Sequence[Region | Node], target: Target) -> dict[Value, str]:
    """For each region's root the reason for its layout, for people."""
    chosen = assign_layouts(regions, target)
    demanded = _read_by_convolutions_only(regions, target.block)
    return {
        region.root: _reason(region, chosen, demanded, target.block) for region in regions if isinstance(region, Region)
    }


def _reason(region: Region, chosen: dict[Value, Layout], demanded: set[Value], block: int) -> str:
    root = region.root
    if chosen[root].block and root in demanded:
        return "convolutions alone read it"
    if chosen[root].block:
        made = _in_blocks(region.anchor)
        return "the family of its contraction writes blocks" if made else "what it is made of is in blocks"
    if not _can_block(root):
        return "it is no image"
    if not _at_least(root.type.shape[1], block // 4 + 1):
        return f"its channels would fill at most a quarter of a block of {block}"
    return (
        "rows are kept apart in the cache" if chosen[root] != PLAIN else "nothing that makes or reads it wants blocks"
    )


def _read_by_convolutions_only(regions: Sequence[Region | Node], block: int) -> set[Value]:
    """Values with at least a block of channels that only convolutions read, and only as their data."""
    wanted: set[Value] = set()
    others: set[Value] = set()
    for region in regions:
        for node in region.nodes if isinstance(region, Region) else (region,):
            for port, value in runtime_inputs(node):
                (wanted if _in_blocks(node) and port == 0 else others).add(value)
    return {v for v in wanted - others if v.type.rank > 2 and _at_least(v.type.shape[1], block) and not _is_output(v)}


def _rows_apart(regions: Sequence[Region | Node], target: Target) -> dict[Value, Layout]:
    """Values whose rows only products with constant matrices read, laid out with a gap of one vector between rows.

    Rows whose length is a multiple of half a cache way alias: the same column of many rows falls into half of the sets
    of the first-level cache or fewer, that is, into the same few cache lines. The gap spreads them over the sets.
    """
    readers: dict[Value, list[bool]] = {}
    made: set[Value] = set()
    for region in regions:
        if isinstance(region, Region) and _gaps(region.anchor):
            made.add(region.root)
        for node in region.nodes if isinstance(region, Region) else (region,):
            for port, value in runtime_inputs(node):
                readers.setdefault(value, []).append(port == 0 and _gaps(node))
    aliased = target.cpu.caches.l1_way // 2
    long = {v for v in made if v.type.rank and _is_multiple(v.type.shape[-1], aliased // v.type.dtype.size)}
    return {v: Layout(gap=target.block) for v in long if all(readers.get(v, [False])) and not _is_output(v)}


def _gaps(node: Node | None) -> bool:
    """Whether the node's family can read its data with gaps between rows."""
    family = anchor_family(node)
    return node is not None and family is not None and family.reads_gaps(node)


def _in_blocks(node: Node | None) -> bool:
    """Whether the node's family reads and writes channel blocks."""
    family = anchor_family(node)
    return family is not None and family.blocks


def _is_multiple(dim: Dim, unit: int) -> bool:
    return isinstance(dim, int) and dim > 0 and dim % unit == 0


def _is_output(value: Value) -> bool:
    return any(node.op.has(Trait.BOUNDARY) for node, _ in value.uses)


def _at_least(dim: Dim, least: int) -> bool:
    return isinstance(dim, int) and dim >= least


def _can_block(root: Value) -> bool:
    spatial = root.type.shape[2:]
    return (
        root.type.rank in (3, 4, 5)
        and not all(dim == 1 for dim in spatial)
        and (root.type.dtype.is_float or root.type.dtype.size <= 2)
    )


def _wants_block(region: Region, chosen: dict[Value, Layout]) -> bool:
    if _in_blocks(region.anchor):
        return True
    if not all(_keeps_channels(node) for node in region.nodes):
        return False
    inside = set(region.nodes)
    outside = [v for node in region.nodes for _, v in runtime_inputs(node) if v.node not in inside]
    return any(chosen.get(v, PLAIN).block for v in outside)


def _keeps_channels(node: Node) -> bool:
    if rule_of(node).kind == "map":
        return True
    if isinstance(node.op, ops.Concat):
        return node.op.axis % node.types[0].rank == 1
    return node.op.has(Trait.LAYOUT_AGNOSTIC)
