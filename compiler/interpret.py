"""The reference interpreter: runs a graph through each operation's own ``evaluate``, in numpy."""

from __future__ import annotations

from collections.abc import Mapping

from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.core import Parameter, Result
from dldt.compiler.types import Array


def interpret(graph: Graph, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """The graph's outputs by name for ``inputs`` by name. Slow and plain: the oracle of the tests."""
    values: dict[Value, Array] = {}
    outputs: dict[str, Array] = {}
    for node in graph.order():
        if isinstance(node.op, Parameter):
            if node.name not in inputs:
                raise UsageError(f"input {node.name!r} is not given")
            values[node.outputs[0]] = inputs[node.name]
            continue
        arguments = [None if v is None else values[v] for v in node.inputs]
        if isinstance(node.op, Result):
            outputs[node.name] = arguments[0]  # type: ignore[assignment]
            continue
        result = node.op.evaluate(*arguments)
        arrays = result if isinstance(result, tuple) else (result,)
        values.update(zip(node.outputs, arrays, strict=True))
    return {node.name: outputs[node.name] for node in graph.outputs}
