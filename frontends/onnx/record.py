"""A model's graph as plain records: what the importer walks, once the protobuf has been checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from dldt.frontends.errors import printable


@attrs.frozen(eq=False)
class NodeRecord:
    """A node: its operation, the names of its tensors, its raw attributes and its bodies."""

    op_type: str
    domain: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]
    """AttributeProto by name."""
    bodies: dict[str, GraphRecord]

    @property
    def title(self) -> str:
        """The node's name, or its first output where it has none, for messages."""
        return printable(self.name or next((name for name in self.outputs if name), "(unnamed)"))

    def __str__(self) -> str:
        return f'{self.op_type} "{self.title}"'


@attrs.frozen(eq=False)
class GraphRecord:
    """A graph: nodes in file order, initialisers and declared inputs by name, the names of the outputs."""

    name: str
    nodes: tuple[NodeRecord, ...]
    initializers: dict[str, Any]
    """TensorProto or SparseTensorProto by name."""
    inputs: dict[str, Any]
    """TypeProto by name, without the initialisers."""
    outputs: tuple[str, ...]
    value_types: dict[str, Any]
    """TypeProto of inner and output tensors, where the file has them."""

    def walk(self) -> Iterator[NodeRecord]:
        """Every node, those in bodies after their owner."""
        for node in self.nodes:
            yield node
            for body in node.bodies.values():
                yield from body.walk()

    def captures(self) -> tuple[str, ...]:
        """The outer tensors that this body uses, in order of first use."""
        local = {*self.initializers, *self.inputs, *(name for node in self.nodes for name in node.outputs)}
        used: dict[str, None] = {}
        for node in self.nodes:
            used.update(dict.fromkeys(needed(node)))
        used.update(dict.fromkeys(self.outputs))
        return tuple(name for name in used if name not in local)


def needed(node: NodeRecord) -> tuple[str, ...]:
    """The tensors that must exist before the node: its inputs and what its bodies capture."""
    names = [name for name in node.inputs if name]
    for body in node.bodies.values():
        names += body.captures()
    return tuple(dict.fromkeys(names))
