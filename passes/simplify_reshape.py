"""Reshape by computed symbolic targets."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops import Reshape
from dldt.passes.base import transform
from dldt.passes.pattern import Match, anything, node
from dldt.passes.reshape_to import reshape_to
from dldt.passes.rewrite import Rewrite


@transform
class SimplifyReshape(Rewrite):
    """A Reshape whose target is computed from shapes gets a constant target of 0 (copy) and -1 (the rest).

    ::

        x[N,C,H,W] → ShapeOf → Gather, Concat(-1) → Reshape        x → Reshape([0,-1], special_zero)
    """

    pattern = node(Reshape, anything("x"), anything("shape", where=lambda v: v.constant is None))

    def rewrite(self, match: Match) -> Value | None:
        """The same Reshape with a constant target, where one exists."""
        return reshape_to(match["x"], match.root.type.shape)
