"""Constant folding: what depends on constants alone is computed now."""

from __future__ import annotations

from dldt.compiler.graph import Graph
from dldt.passes.base import Pass, transform
from dldt.passes.constant_folder import ConstantFolder


@transform
class FoldConstants(Pass):
    """A node whose inputs are all constants becomes the constants that its ``evaluate`` gives.

    Not folded: what holds bodies or state; what would grow by more than ``max_growth`` bytes beyond its inputs (a
    Broadcast, Tile or Pad of a hostile or careless model), or all such growth by more than ``max_total``; a Convert may
    grow, by the ratio of its element sizes. What has no result in numpy (an integer to a negative power) stays too.

    ::

        Constant → op → y       Constant' → y
    """

    max_growth: int = 64 << 20
    max_total: int = 512 << 20

    def apply(self, graph: Graph) -> int:
        """Fold; how many nodes were folded."""
        return ConstantFolder(self.max_growth, self.max_total).fold(graph)
