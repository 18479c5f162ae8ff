"""The nodes that given tensors depend on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from dldt.frontends.tensorflow.graph_node import FlatGraph, GraphNode


def pruned(graph: FlatGraph) -> FlatGraph:
    """The graph and its bodies without the nodes that nothing reads."""
    nodes = [
        attrs.evolve(node, bodies={name: tuple(map(pruned, each)) for name, each in node.bodies.items()})
        for node in graph.nodes
    ]
    return attrs.evolve(graph, nodes=needed_nodes(nodes, graph.outputs))


def needed_nodes(nodes: Sequence[GraphNode], tensors: Iterable[str], controls: bool = False) -> tuple[GraphNode, ...]:
    """The nodes that the tensors need, in their order. ``controls``: those that must run before are needed, too."""
    makers = {name: node for node in nodes for name in (node.name, *node.outputs)}
    found: set[str] = set()
    pending = list(tensors)
    while pending:
        name = pending.pop()
        node = makers.get(name) or makers.get(node_of(name))
        if node is None or node.name in found:
            continue
        found.add(node.name)
        pending += used_tensors(node)
        pending += node.controls if controls else ()
    return tuple(node for node in nodes if node.name in found)


def used_tensors(node: GraphNode) -> list[str]:
    """The inputs of a node and what its bodies take from around."""
    used = list(node.inputs)
    for bodies in node.bodies.values():
        for body in bodies:
            used += _captures(body)
    return used


def node_of(tensor: str) -> str:
    """The node of a tensor; names of nodes have no colon."""
    return tensor.partition(":")[0]


def _captures(body: FlatGraph) -> list[str]:
    inner = {name for node in body.nodes for name in (node.name, *node.outputs)} | set(body.inputs)
    names = [name for node in body.nodes for name in used_tensors(node)]
    return [name for name in (*names, *body.outputs) if name not in inner and node_of(name) not in inner]
