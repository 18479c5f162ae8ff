"""A pass that changes a graph place by place, without a pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dldt.compiler.graph import Graph, Node
from dldt.compiler.observer import SILENT, Application, Observer
from dldt.passes.base import Pass

Places = Iterator[tuple[Node, Callable[[], int]]]
"""Nodes, each with the change to be made there, which returns how many changes it counts as."""


class LocalPass(Pass):
    """A pass whose applications are the items of ``places``: the observer is asked before each, so that a search can
    name the one that is wrong."""

    def places(self, graph: Graph, observer: Observer) -> Places:
        """The nodes where the pass applies. A change is made, or refused, before the next node is looked for; so a node
        whose change is refused is found again, and a pass that looks repeatedly must not yield it twice."""
        raise NotImplementedError(f"{self.name} has no places")

    def apply(self, graph: Graph) -> int:
        """Change the graph everywhere; how many changes."""
        return self.run(graph, SILENT)

    def run(self, graph: Graph, observer: Observer) -> int:
        """Change the graph where the observer allows it."""
        count = 0
        for node, change in self.places(graph, observer):
            application = Application.at(self, node)
            if observer.allows(application):
                count += change()
                observer.applied(application)
        return count
