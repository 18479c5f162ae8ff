"""Where nodes come from: for each node of a graph, the nodes of the framework's model that it stems from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from dldt.compiler.graph import Graph, Node
from dldt.compiler.observer import Application, Observer

MOST = 12
"""Longer lists of origins are cut."""


@attrs.frozen
class Change:
    """What one application did to the nodes of one graph: ids, as ``identity`` gives them."""

    name: str
    what: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


class Provenance(Observer):
    """Follows every application. What it adds stems from what it removed.

    ``sources`` maps the identity of every node that ever was to its origins. ``changes`` lists the applications since
    the last call of ``take``.
    """

    def __init__(self) -> None:
        self.sources: dict[str, tuple[str, ...]] = {}
        self.changes: list[Change] = []
        self._known: dict[int, dict[int, str]] = {}
        """Each graph's nodes (by id) with their names, as of the last event."""
        self._prefix: dict[int, str] = {}
        self._held: list[Graph] = []
        """The graphs, so that no other one gets their place in memory, by which they are known."""

    def imported(self, graph: Graph) -> None:
        """See Observer."""
        self._prefix[id(graph)] = ""
        self._meet(graph)

    def pass_begins(self, index: int, name: str, graph: Graph) -> None:
        """See Observer."""
        self._meet(graph)

    def applied(self, application: Application) -> None:
        """See Observer."""
        graph = application.graph
        known = self._known.setdefault(id(graph), {})
        prefix = self._prefix.get(id(graph), "")
        present = graph.ids
        removed = {i: name for i, name in known.items() if i not in present}
        gone = tuple(f"{prefix}{i}" for i in removed)
        added = [Node(graph, i) for i in sorted(present - known.keys())]
        for i in removed:
            del known[i]
        root, whole = application.root, application.root is None
        if root is not None and root in known:
            removed[root] = known[root]
        for node in added:
            self.sources[f"{prefix}{node.id}"] = self._inherited(node, removed, prefix, whole)
            known[node.id] = node.name
        self.changes.append(Change(application.name, application.what, gone, tuple(f"{prefix}{n.id}" for n in added)))
        if whole or any(node.bodies for node in added):
            self._meet(graph)
        if whole:
            known.update((node.id, node.name) for node in graph.order())

    def take(self) -> list[Change]:
        """The changes since the last call."""
        taken, self.changes = self.changes, []
        return taken

    def identity(self, node: Node) -> str:
        """What a node is called in dumps: its id, behind the name of its graph where that is a body."""
        return f"{self._prefix.get(id(node.graph), '')}{node.id}"

    def origins(self, node: Node) -> tuple[str, ...]:
        """The framework's nodes that a node stems from."""
        return self.sources.get(self.identity(node), ())

    def _meet(self, graph: Graph) -> None:
        """Note the graphs that are new, and their nodes."""
        for part in graph.walk():
            if id(part) not in self._known:
                prefix = self._prefix.setdefault(id(part), f"{part.name}/")
                self._held.append(part)
                self._known[id(part)] = {node.id: node.name for node in part.order()}
                for node in part.order():
                    own = part.origins.get(node.id, str(node))
                    self.sources.setdefault(f"{prefix}{node.id}", (own,))

    def _inherited(self, node: Node, removed: Mapping[int, str], prefix: str, whole: bool) -> tuple[str, ...]:
        """The origins of all that was removed; after a pass over a whole graph, of what had the same name."""
        namesakes = [i for i, name in removed.items() if name == node.name]
        ids: Iterable[int] = namesakes if whole and namesakes else removed
        found = dict.fromkeys(source for i in ids for source in self.sources.get(f"{prefix}{i}", ()))
        return tuple(found)[:MOST] or (str(node),)
