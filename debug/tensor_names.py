"""The names by which tensors of two versions of a model are the same tensor."""

from __future__ import annotations

from dldt.compiler.graph import Graph, Value


def tensor_names(graph: Graph) -> dict[Value, tuple[str, ...]]:
    """The framework's names of each value that is no constant. They move with the value through the passes; the names
    of nodes do not tell: a convolution keeps its own when a scale is folded into it. Where the graph has no names of
    tensors, those of the nodes."""
    values = [v for node in graph.order() for v in node.outputs if v.constant is None]
    inside = [v for v in values if v.inputs]
    if any(v.names for v in inside):
        return {v: v.names for v in values}
    return {v: v.names or (v.name,) for v in values}
