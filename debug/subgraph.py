"""A part of a graph as a model of its own: what was computed before it becomes inputs with recorded values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.ops.core import Constant, Parameter, Result
from dldt.compiler.types import Array, DType, TensorType

SMALL = 64
"""Integers of at most so many elements may be sizes: they become constants."""


def working_nodes(graph: Graph) -> list[Node]:
    """The nodes that compute something, producers first."""
    return [node for node in graph.order() if not isinstance(node.op, Constant | Parameter | Result)]


def subgraph(
    graph: Graph, output: Value, kept: Iterable[int], recorded: Mapping[Value, Array]
) -> tuple[Graph, dict[str, Array]]:
    """The nodes with the ids ``kept``, with ``output`` as the only output. Whatever else they read is an input, or,
    where it may be a size, a constant; ``recorded`` has the values. The graph and its inputs."""
    inside = set(kept)
    made = graph.copy()
    for result in made.outputs:
        made.remove_output(result)
    inputs: dict[str, Array] = {}
    for value, array in _cuts(graph, inside, recorded).items():
        old = Value(made, value.id, value.port)
        new = _frozen(made, value, array) if _is_size(array) else _fed(made, value, array, inputs)
        for node, key in old.uses:
            if node.id in inside:
                made.rewire(node, key, new)
    made.result(Value(made, output.id, output.port), "result")
    made.prune()
    for value in made.inputs:
        if not value.uses and value.node.name not in inputs:
            made.remove_input(value)
        elif value.node.name not in inputs:
            inputs[value.node.name] = recorded[Value(graph, value.id, value.port)]
    return made, inputs


def _cuts(graph: Graph, inside: set[int], recorded: Mapping[Value, Array]) -> dict[Value, Array]:
    """The values from outside that the nodes inside read, but for constants and the graph's own inputs."""
    cuts: dict[Value, Array] = {}
    for node in graph.order():
        for value in node.inputs if node.id in inside else ():
            if value is None or value.id in inside or isinstance(value.op, Constant | Parameter):
                continue
            cuts[value] = recorded[value]
    return cuts


def _is_size(array: Array) -> bool:
    return array.dtype.kind in "iu" and array.size <= SMALL and array.ndim <= 1


def _frozen(made: Graph, value: Value, array: Array) -> Value:
    return made.constant(array, name=f"{value.name}/recorded")


def _fed(made: Graph, value: Value, array: Array, inputs: dict[str, Array]) -> Value:
    taken = {each.node.name for each in made.inputs}
    name = value.name
    while name in taken:
        name += "/cut"
    inputs[name] = array
    return made.parameter(name, TensorType(DType.of(array.dtype), array.shape))
