"""Reshape by computed symbolic targets."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import Reshape
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, node
from dldt.passes.reshape_to import reshape_to
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _ComputedReshape(Match):
    x: Value
    shape: Value


@transform
class SimplifyReshape(Rewrite[_ComputedReshape]):
    """A Reshape whose target is computed from shapes gets a constant target of 0 (copy) and -1 (the rest).

    ::

        x[N,C,H,W] → ShapeOf → Gather, Concat(-1) → Reshape        x → Reshape([0,-1], special_zero)
    """

    pattern = node(Reshape, anything("x"), anything("shape", where=lambda v: v.constant is None))

    def rewrite(self, match: _ComputedReshape) -> Value | None:
        """The same Reshape with a constant target, where one exists."""
        return reshape_to(match.x, match.root.type.shape)
