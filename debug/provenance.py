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
        self._bodies: dict[tuple[int, int], tuple[Graph, ...]] = {}
        """The bodies of nodes, by graph and id."""
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
        inside = self._inside(graph, removed)
        for node in added:
            copied = inside.get(_plain(node)) or inside.get(id(node.op))
            self.sources[f"{prefix}{node.id}"] = copied or self._inherited(node, removed, prefix, whole)
            known[node.id] = node.name
        self.changes.append(Change(application.name, application.what, gone, tuple(f"{prefix}{n.id}" for n in added)))
        for node in added:
            if node.bodies:
                self._bodies[id(graph), node.id] = node.bodies
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

    def identity_of(self, node: Node) -> str:
        """The identity of a node of a copy of the graph: bodies are told by their names."""
        prefix = next((p for p in self._prefix.values() if p == f"{node.graph.name}/"), "")
        return f"{prefix}{node.id}"

    def origins(self, node: Node) -> tuple[str, ...]:
        """The framework's nodes that a node stems from."""
        return self.sources.get(self.identity(node), ())

    def _inside(self, graph: Graph, removed: Mapping[int, str]) -> dict[object, tuple[str, ...]]:
        """The origins of the nodes in the bodies of what was removed, by name and by the operation as an object: what
        is moved out keeps one of them."""
        pending = [body for i in removed for body in self._bodies.get((id(graph), i), ())]
        found: dict[object, tuple[str, ...]] = {}
        while pending:
            body = pending.pop()
            prefix = self._prefix.get(id(body), "")
            for i, name in self._known.get(id(body), {}).items():
                origins, node = self.sources.get(f"{prefix}{i}", ()), Node(body, i)
                found.setdefault(name, origins)
                if node in body:
                    found.setdefault(id(node.op), origins)
                pending += self._bodies.get((id(body), i), ())
        return found

    def _meet(self, graph: Graph) -> None:
        """Note the graphs that are new, and their nodes; of those that are known, the nodes that they have now."""
        parts = list(graph.walk())
        taken = {self._prefix[id(part)] for part in parts if id(part) in self._prefix}
        for part in parts:
            if id(part) not in self._prefix:
                self._prefix[id(part)] = prefix = _free(part.name, taken)
                taken.add(prefix)
            if id(part) not in self._known:
                self._held.append(part)
            elif part is graph:
                continue
            prefix = self._prefix[id(part)]
            self._known[id(part)] = {node.id: node.name for node in part.order()}
            for node in part.order():
                if node.bodies:
                    self._bodies[id(part), node.id] = node.bodies
                own = part.origins.get(node.id, str(node))
                self.sources.setdefault(f"{prefix}{node.id}", (own,))

    def _inherited(self, node: Node, removed: Mapping[int, str], prefix: str, whole: bool) -> tuple[str, ...]:
        """The origins of all that was removed; after a pass over a whole graph, of what had the same name."""
        namesakes = [i for i, name in removed.items() if name == node.name]
        ids: Iterable[int] = namesakes if whole and namesakes else removed
        found = dict.fromkeys(source for i in ids for source in self.sources.get(f"{prefix}{i}", ()))
        return tuple(found)[:MOST] or (str(node),)


def _plain(node: Node) -> str:
    """The name that a node had in a body that was unrolled."""
    return node.name.rpartition("/turn_")[0] or node.name


def _free(name: str, taken: set[str]) -> str:
    """A prefix for the nodes of a body that no other body has."""
    made, number = f"{name}/", 2
    while made in taken:
        made, number = f"{name}#{number}/", number + 1
    return made
