"""The graph of a loop or a branch with names that fit where it is used."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.engine.record import GraphRecord


def bound(record: GraphRecord, prefix: str, given: Sequence[str]) -> GraphRecord:
    """The graph with its inputs replaced by the tensors ``given``, which it takes from around, and ``prefix`` before
    every other name: so it hides none of the names around it."""
    if len(given) != len(record.inputs):
        raise InputError(f"sub-graph {shown(record.name)} takes {len(record.inputs)} inputs, {len(given)} are given")
    names = dict(zip(record.inputs, given, strict=True))

    def renamed(tensors: Sequence[str]) -> tuple[str, ...]:
        return tuple(names[t] if t in names else prefix + t if t else t for t in tensors)

    nodes = tuple(
        attrs.evolve(node, name=prefix + node.name, inputs=renamed(node.inputs), outputs=renamed(node.outputs))
        for node in record.nodes
    )
    initializers = {prefix + name: tensor for name, tensor in record.initializers.items()}
    return GraphRecord(record.name, nodes, {}, renamed(record.outputs), initializers)
