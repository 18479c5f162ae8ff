"""Removal of what no output needs."""

from __future__ import annotations

from dldt.compiler.graph import Graph
from dldt.passes.base import Pass, transform


@transform
class RemoveDeadCode(Pass):
    """Nodes that no Result and no sink reaches go; Parameters stay, they are the graph's signature.

    ::

        x → a → Result          x → a → Result
        x → b               →
    """

    def apply(self, graph: Graph) -> int:
        """Prune; how many nodes went."""
        return graph.prune()
