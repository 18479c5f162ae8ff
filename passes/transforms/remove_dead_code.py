"""Removal of what no output needs."""

from __future__ import annotations

from functools import partial

from dldt.compiler.graph import Graph, Node
from dldt.compiler.observer import Observer
from dldt.compiler.traits import Trait
from dldt.passes.base import transform
from dldt.passes.local_pass import LocalPass, Places


@transform
class RemoveDeadCode(LocalPass):
    """Nodes that no Result and no sink reaches go; Parameters stay, they are the graph's signature.

    ::

        x → a → Result          x → a → Result
        x → b               →
    """

    def places(self, graph: Graph, observer: Observer) -> Places:
        """The ends of what no output needs; with each goes all that it alone reads."""
        for node in reversed(graph.order()):
            if node in graph and _is_dead(node):
                yield node, partial(_remove, graph, node)


def _is_dead(node: Node) -> bool:
    kept = node.op.traits & (Trait.INTERFACE | Trait.SINK)
    return not kept and not any(value.is_used for value in node.outputs)


def _remove(graph: Graph, node: Node) -> int:
    before = len(graph)
    graph.discard(node)
    return before - len(graph)
