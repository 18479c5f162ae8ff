"""Results that stay symbolic although they follow from constants: they are large, and made as cheaply as they are
read.

This is the one place that says which: a mask, a range or a repeated number of more than ``LARGE`` bytes would lie in
the artifact, and be read from memory in every run, where its kernel, or the one that it is fused into, computes it from
an index. Weights of contractions are constants all the same: they are packed when the model is compiled.
"""

from __future__ import annotations

from dldt.compiler.graph import Node
from dldt.compiler.ops import Broadcast, LogicalNot, OneHot, Range, Select, Tile
from dldt.compiler.ops.comparison import Comparison
from dldt.compiler.ops.logical import Logical
from dldt.compiler.traits import Trait

LARGE = 1 << 20
"""Bytes by which such a node may grow."""
_REGULAR = (Broadcast, Tile, Range, OneHot, Comparison, Logical, LogicalNot, Select)


def stays_symbolic(node: Node, growth: int) -> bool:
    """Whether a node that would grow by so many bytes is not to be folded."""
    if growth <= LARGE or not isinstance(node.op, _REGULAR):
        return False
    users = (user for value in node.outputs for user, _ in value.uses)
    return not any(user.op.has(Trait.CONTRACTION) for user in users)
