"""Outputs that are no tensor of their own: a copy is written for each, so that every name stands for one tensor."""

from __future__ import annotations

from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.core import Parameter


def with_copies(graph: Graph, *, all_inputs: bool) -> Graph:
    """``graph``, or a copy of it where outputs are inputs or other outputs: OpenVINO keeps one of the names of such a
    tensor, and refuses it in version 10. The copy is a Convert to the same type, which every release reads. An output
    that has its input's name stays as it is, unless ``all_inputs``."""
    if not any(_shared(graph, all_inputs=all_inputs)):
        return graph
    made = graph.copy()
    for shared, result in zip(_shared(made, all_inputs=all_inputs), made.outputs, strict=True):
        (value,) = result.inputs
        if not shared or value is None:
            continue
        copied = Convert(value.type.dtype)(value, name=result.name)
        made.rename(copied, (result.name,))
        made.rename(value, tuple(name for name in value.names if name != result.name or _is_named(value, name)))
        made.rewire(result, 0, copied)
    return made


def _shared(graph: Graph, *, all_inputs: bool) -> list[bool]:
    """For each output, whether its tensor is an input's or an earlier output's."""
    seen: set[Value] = set()
    found: list[bool] = []
    for result, value in zip(graph.outputs, graph.output_values, strict=True):
        own = isinstance(value.node.op, Parameter) and (all_inputs or value.node.name != result.name)
        found.append(own or value in seen)
        seen.add(value)
    return found


def _is_named(value: Value, name: str) -> bool:
    return isinstance(value.node.op, Parameter) and value.node.name == name
