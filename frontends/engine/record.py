"""A model's graph as plain records: what a reader makes of a file, and what the engine walks.

A reader gives every tensor a name, and connects nodes by these names; weights are initialisers, shared ones are named
by several nodes. Layers that write over their input are told apart by ``unique_tensors``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import attrs

from dldt.compiler.printable import printable
from dldt.compiler.types import TensorType
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.tensor_record import TensorRecord

Definition: TypeAlias = "Callable[[Sequence[TensorType | None]], GraphRecord]"
"""The body of a function, for the types of its inputs; it uses nothing but its inputs."""


@attrs.frozen(eq=False)
class NodeRecord:
    """A node: its operation, the names of its tensors (``""``: left out), and its attributes."""

    op_type: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any] = attrs.field(factory=dict)
    """Plain values: int, float, str, bool, DType, tuples of these, TensorRecord, GraphRecord; a Text where the file has
    text for everything, a Fault where nothing can be made of what it has."""
    version: int = 1
    """The version of its operation that the model asks for; 0 where the model does not say."""
    domain: str = ""
    """Whose operation it is, in frameworks whose operations come from several vendors."""
    definition: Definition | None = None
    """Where the operation is a function: its body, which takes the place of the node."""
    bodies: tuple[GraphRecord, ...] = attrs.field(init=False)
    """The graphs among its attributes."""

    @bodies.default
    def _bodies(self) -> tuple[GraphRecord, ...]:
        values = [v for given in self.attributes.values() for v in (given if isinstance(given, tuple) else (given,))]
        return tuple(value for value in values if isinstance(value, GraphRecord))

    @property
    def title(self) -> str:
        """The node's name, or its first output where it has none, for messages."""
        return printable(self.name or next((name for name in self.outputs if name), "(unnamed)"))

    def __str__(self) -> str:
        return f'{self.op_type} "{self.title}"'


@attrs.frozen(eq=False)
class GraphRecord:
    """A graph: nodes in file order, initialisers and inputs by name, the names of the outputs."""

    name: str
    nodes: tuple[NodeRecord, ...]
    inputs: dict[str, DeclaredType]
    """Without the initialisers."""
    outputs: tuple[str, ...]
    initializers: dict[str, TensorRecord] = attrs.field(factory=dict)
    types: dict[str, DeclaredType] = attrs.field(factory=dict)
    """Of inner and output tensors, where the file has them."""
    effects: tuple[str, ...] = ()
    """Tensors that are made though no output needs them, as what a variable holds from the next run on."""

    def walk(self) -> Iterator[NodeRecord]:
        """Every node, those in bodies after their owner."""
        for node in self.nodes:
            yield node
            for body in node.bodies:
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
    for body in node.bodies:
        names += body.captures()
    return tuple(dict.fromkeys(names))
