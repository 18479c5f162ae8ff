"""Notes on contractions that no family with register tiles carries out, for the summary and ``dldt inspect``."""

from __future__ import annotations

from collections.abc import Iterable

from dldt.codegen.kernels.loops.family import LoopFamily
from dldt.codegen.task.task import Leaf
from dldt.compiler import ops
from dldt.compiler.dims import product
from dldt.compiler.graph import Node
from dldt.compiler.traits import Trait

FEW = 1 << 17
"""Products up to which plain loops take no time that anyone would notice."""
NAMED = 4
"""Contractions that are named; the rest is counted."""


def plain_loop_notes(leaves: Iterable[Leaf]) -> list[str]:
    """A line that names the contractions that run as plain loops although register tiles would be faster; none where
    there is none."""
    found = [leaf.region.anchor for leaf in leaves if leaf.region is not None and _is_plain(leaf)]
    named = [f"{node.op.type} {node.name!r}" for node in found if node is not None]
    if not named:
        return []
    rest = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return [
        f"{len(named)} contraction(s) run as plain loops, which take many times as long as register tiles would: "
        f"{', '.join(named[:NAMED])}{rest}"
    ]


def _is_plain(leaf: Leaf) -> bool:
    assert leaf.region is not None
    anchor = leaf.region.anchor
    if anchor is None or not (anchor.op.has(Trait.CONVOLUTION) or isinstance(anchor.op, ops.MatMul)):
        return False
    loops = any(chosen.implementation.family == LoopFamily.name for chosen in leaf.chosen)
    return loops and _is_large(anchor)


def _is_large(node: Node) -> bool:
    """Whether there are many products; sizes that are not known count as large ones."""
    weights = node.inputs[1]
    assert weights is not None
    result, filters = node.types[0], weights.type.shape
    each = filters[-2] if isinstance(node.op, ops.MatMul) and len(filters) > 1 else product(filters[1:])
    products = result.elements * each
    return not isinstance(products, int) or products > FEW
