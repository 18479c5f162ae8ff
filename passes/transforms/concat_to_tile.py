"""A Concat of one value, many times over."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Concat, Tile
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.rewrite import Rewrite

MANY = 64
"""Fewer parts are copied one by one: a Concat knows where each lies, a Tile divides."""


@transform
class ConcatToTile(Rewrite[Match]):
    """A Concat of many equal parts is a Tile, which is one kernel whatever their number.

    ::

        x, x, … x → Concat → y       x → Tile → y
    """

    pattern = node(Concat)

    def rewrite(self, match: Match) -> Value | None:
        """The Tile, where all parts are one value."""
        root = match.root
        assert isinstance(root.op, Concat)
        part, *others = root.inputs
        if part is None or len(others) < MANY or any(other != part for other in others):
            return None
        repeats = np.ones(part.type.rank, np.int64)
        repeats[root.op.axis] = 1 + len(others)
        return Tile()(part, repeats)
