"""Friendly names of nodes: the framework's own, or those of the tensors that they make."""

from __future__ import annotations

from dldt.compiler.graph import Graph, Node, Value


class Naming:
    """Names what importers add to ``graph``."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._finished: set[int] = set()

    def give(self, value: Value, name: str) -> None:
        """Tensor ``name`` is ``value``."""
        if name not in value.names:
            self._graph.rename(value, (*value.names, name))

    def finish(self, value: Value, name: str) -> None:
        """Name the node that makes ``value``, where it is new, and the new ones behind it after it."""
        node = value.node
        if self._known(node):
            return
        self._graph.rename_node(node, name)
        self._finished.add(node.id)
        pending = [v.node for v in node.inputs if v is not None]
        taken: dict[str, int] = {}
        while pending:
            inner = pending.pop()
            if self._known(inner):
                continue
            self._finished.add(inner.id)
            base = f"{name}/{inner.op.type}"
            taken[base] = taken.get(base, 0) + 1
            self._graph.rename_node(inner, base if taken[base] == 1 else f"{base}_{taken[base]}")
            pending += [v.node for v in inner.inputs if v is not None]

    def _known(self, node: Node) -> bool:
        return node.id in self._finished or any(value.names for value in node.outputs)
