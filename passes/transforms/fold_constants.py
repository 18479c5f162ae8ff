"""Constant folding: what depends on constants alone is computed now."""

from __future__ import annotations

from dldt.compiler.graph import Graph
from dldt.compiler.observer import SILENT, Observer
from dldt.passes.base import Pass, transform
from dldt.passes.constant_folder import ConstantFolder


@transform
class FoldConstants(Pass):
    """A node whose inputs are all constants becomes the constants that its ``evaluate`` gives.

    These are not folded:

    * nodes with bodies, with state or with random results;
    * nodes whose result would be larger than their inputs by more than ``max_share`` of the memory that the compile may
      hold, or would take ``max_share`` of its time (a Pad or a convolution of a hostile or careless model), and those
      for which there is no memory left. A Convert may grow, as it does so by the ratio of two element sizes only;
    * nodes for which numpy has no result.

    ::

        Constant → op → y       Constant' → y
    """

    max_share: float = 1 / 8

    def apply(self, graph: Graph) -> int:
        """Fold; how many nodes were folded."""
        return self.run(graph, SILENT)

    def run(self, graph: Graph, observer: Observer) -> int:
        """Fold, where the observer allows it of this node."""
        return ConstantFolder(self.max_share, observer=observer, item=self).fold(graph)
