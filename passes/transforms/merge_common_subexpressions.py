"""Common subexpressions: what is computed twice is computed once."""

from __future__ import annotations

from collections.abc import Hashable

from dldt.compiler.content import Content
from dldt.compiler.graph import Graph, Node
from dldt.compiler.observer import SILENT, Application, Observer
from dldt.compiler.ops import Constant
from dldt.compiler.traits import Trait
from dldt.passes.base import Pass, transform


@transform
class MergeCommonSubexpressions(Pass):
    """Two nodes of equal operation, attributes and inputs become one; so do two constants of equal bytes.

    ::

        x → Relu → a            x → Relu → a, b
        x → Relu → b        →
    """

    def apply(self, graph: Graph) -> int:
        """Merge in topological order; how many nodes went."""
        return self.run(graph, SILENT)

    def run(self, graph: Graph, observer: Observer) -> int:
        """Merge, where the observer allows that this node goes."""
        nodes = graph.order()
        first: dict[Hashable, Node] = {}
        count = 0
        for node in nodes:
            key = _content(node) if isinstance(node.op, Constant) else _key(node)
            if key is None:
                continue
            kept = first.setdefault(key, node)
            if kept == node or kept.types != node.types:
                continue
            application = Application.at(self, node)
            if not observer.allows(application):
                continue
            _merge(graph, kept, node)
            observer.applied(application)
            count += 1
        return count


def _merge(graph: Graph, kept: Node, node: Node) -> None:
    name = kept.name
    for old, new in zip(node.outputs, kept.outputs, strict=True):
        graph.replace(old, new)
    graph.rename_node(kept, name)
    graph.discard(node)


def _key(node: Node) -> Hashable | None:
    if node.op.has(Trait.INTERFACE) or node.op.bodies or not node.op.is_pure():
        return None
    inputs = tuple(None if v is None else (v.id, v.port) for v in node.inputs)
    try:
        hash(node.op)
    except TypeError:  # an attribute that cannot be compared cheaply
        return None
    return node.op, inputs


def _content(node: Node) -> Hashable | None:
    """The content of a constant. Large weights that differ at their ends are never hashed."""
    array = node.outputs[0].constant
    return None if array is None else Content(array)
