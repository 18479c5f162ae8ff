"""Notes on what runs as plain loops although kernels that are tuned for it would be faster, for the summary and
``dldt inspect``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dldt.codegen.kernels.loops.family import LoopFamily, NestPart
from dldt.codegen.kernels.loops.tiled_move import TiledMove
from dldt.codegen.target import Target
from dldt.codegen.task.task import Leaf
from dldt.compiler import ops
from dldt.compiler.dims import product
from dldt.compiler.graph import Node
from dldt.compiler.traits import Trait

FEW = 1 << 17
"""Products up to which plain loops take no time that anyone would notice."""
NAMED = 4
"""Operations that are named; the rest is counted."""


def plain_loop_notes(leaves: Iterable[Leaf], target: Target) -> list[str]:
    """For each kind of operation that runs as plain loops although there are faster kernels for others of its kind, a
    line that names them; none where there is none."""
    found = [leaf for leaf in leaves if leaf.region is not None]
    plain = [leaf.region.anchor for leaf in found if leaf.region is not None and _is_plain(leaf)]
    turned = [leaf.region.root.node for leaf in found if leaf.region is not None and _lacks_sizes(leaf, target)]
    return [
        *_note("contraction(s) run as plain loops, which take many times as long as register tiles would", plain),
        *_note(
            "transposition(s) of unknown sizes run as plain loops, which take longer than the tiles of known ones; "
            "name sizes that matter with --specialize",
            turned,
        ),
    ]


def _note(text: str, nodes: Sequence[Node | None]) -> Iterator[str]:
    named = [f"{node.op.type} {node.name!r}" for node in nodes if node is not None]
    rest = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    if named:
        yield f"{len(named)} {text}: {', '.join(named[:NAMED])}{rest}"


def _lacks_sizes(leaf: Leaf, target: Target) -> bool:
    """Whether a movement would be done in tiles if its sizes were known."""
    parts = [each.part for each in leaf.chosen if each.implementation.family == LoopFamily.name]
    return any(isinstance(part, NestPart) and TiledMove.lacks_sizes(part.problem, target) for part in parts)


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
