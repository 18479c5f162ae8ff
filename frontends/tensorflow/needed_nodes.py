"""The nodes that given tensors depend on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dldt.frontends.tensorflow.graph_node import FlatGraph, GraphNode


def needed_nodes(nodes: Sequence[GraphNode], tensors: Iterable[str]) -> tuple[GraphNode, ...]:
    """The nodes that the tensors need, in their order."""
    by_name = {node.name: node for node in nodes}
    found: set[str] = set()
    pending = [_owner(tensor) for tensor in tensors]
    while pending:
        name = pending.pop()
        if name in found or name not in by_name:
            continue
        found.add(name)
        pending += map(_owner, used_tensors(by_name[name]))
    return tuple(node for node in nodes if node.name in found)


def used_tensors(node: GraphNode) -> list[str]:
    """The inputs of a node and what its bodies take from around."""
    used = list(node.inputs)
    for body in _bodies(node):
        inner = {tensor for each in body.nodes for tensor in (each.name, *each.outputs)} | set(body.inputs)
        names = [name for each in body.nodes for name in used_tensors(each)]
        used += [name for name in (*names, *body.outputs) if name not in inner and _owner(name) not in inner]
    return used


def _bodies(node: GraphNode) -> list[FlatGraph]:
    return [body for bodies in node.bodies.values() for body in bodies]


def _owner(tensor: str) -> str:
    """The node of a tensor; names of nodes have no colon."""
    return tensor.partition(":")[0]
