"""Nodes whose tensors get other names."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from dldt.frontends.tensorflow.graph_node import FlatGraph, GraphNode


def renamed(graph: FlatGraph, name: Callable[[str], str]) -> FlatGraph:
    """The graph and its bodies, where each tensor that is read is the one that ``name`` gives for it."""
    nodes = tuple(renamed_node(node, name) for node in graph.nodes)
    return FlatGraph(nodes, graph.inputs, tuple(map(name, graph.outputs)))


def renamed_node(node: GraphNode, name: Callable[[str], str]) -> GraphNode:
    """The same for one node."""
    bodies = {key: tuple(renamed(body, name) for body in each) for key, each in node.bodies.items()}
    return attrs.evolve(node, inputs=tuple(map(name, node.inputs)), bodies=bodies)
