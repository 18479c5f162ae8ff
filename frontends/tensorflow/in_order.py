"""Nodes sorted so that each stands behind what it needs."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.tensorflow.graph_node import GraphNode
from dldt.frontends.tensorflow.needed_nodes import node_of, used_tensors


def in_order(nodes: Sequence[GraphNode]) -> list[GraphNode]:
    """The nodes, producers and those that must run before first. Raises InputError on a cycle."""
    makers = {name: node for node in nodes for name in (node.name, *node.outputs)}
    done: set[str] = set()
    open_: set[str] = set()
    made: list[GraphNode] = []
    for start in nodes:
        pending = [start]
        while pending:
            node = pending[-1]
            if node.name in done:
                pending.pop()
                continue
            before = [makers.get(n) or makers.get(node_of(n)) for n in (*used_tensors(node), *node.controls)]
            missing = [each for each in before if each is not None and each.name not in done]
            if node.name in open_ or not missing:
                if missing:
                    raise InputError(f"the graph has a cycle through node {shown(node.name)}")
                pending.pop()
                done.add(node.name)
                made.append(node)
                continue
            open_.add(node.name)
            pending += missing
    return made
