"""The nodes of a body, copied into the graph that holds the body's operation."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.compiler.graph import Graph, Value, with_copied_bodies
from dldt.compiler.op import Op
from dldt.compiler.traits import Trait
from dldt.compiler.types import TensorType


def inline_body(graph: Graph, body: Graph, inputs: Sequence[Value], mark: str = "") -> list[Value]:
    """Add the body's nodes to ``graph``, typed anew for ``inputs``; the values of its Results. ``mark`` goes behind the
    names of nodes and of the bodies among them, where the body is copied several times: what a body defines is named
    after it. Tensor names move along where there is no mark."""
    inner: dict[Value, Value] = dict(zip(body.inputs, inputs, strict=True))
    for part in body.order():
        if part.op.has(Trait.INTERFACE):
            continue
        given = [None if v is None else inner[v] for v in part.inputs]
        op = _own(part.op, [None if v is None else v.type for v in given], mark) if part.op.bodies else part.op
        for old, new in zip(part.outputs, graph.add(op, given, name=f"{part.name}{mark}"), strict=True):
            inner[old] = new
            if old.names and not mark:
                graph.rename(new, old.names)
    return [inner[value] for value in body.output_values]


def _own(op: Op, types: Sequence[TensorType | None], mark: str) -> Op:
    """The operation with bodies of its own."""
    made = with_copied_bodies(op)
    for body in made.bodies:
        for graph in body.walk():
            graph.name = f"{graph.name}{mark}"
    return made.retyped(*types)
