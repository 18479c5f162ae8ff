"""A graph at one moment as plain records, by the stable identity of its nodes."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.op import Op
from dldt.compiler.ops.core import Constant
from dldt.compiler.text_constants import INLINE_ELEMENTS, digest, format_elements
from dldt.compiler.text_printer import attribute_text, version_name


@attrs.frozen
class NodeEntry:
    """A node: identity, name, operation, attributes, the identities of its inputs (``"12:1"``: output 1 of node 12;
    ``"_"``: left out) and the types of its outputs."""

    identity: str
    name: str
    operation: str
    attributes: str
    inputs: tuple[str, ...]
    types: tuple[str, ...]

    @property
    def producers(self) -> tuple[str, ...]:
        """The identities of the nodes that its inputs come from."""
        return tuple(source.partition(":")[0] for source in self.inputs if source != "_")

    @property
    def text(self) -> str:
        """One line for people."""
        return (
            f"{self.identity} {self.name!r} {', '.join(self.types)} = "
            f"{self.operation}({', '.join(self.inputs)}){self.attributes}"
        )


class Snapshots:
    """Takes snapshots. ``identity`` says what a node is called. The text of an operation is made once."""

    def __init__(self, identity: Callable[[Node], str]) -> None:
        self._identity = identity
        self._texts: dict[int, tuple[Op, str, str]] = {}

    def take(self, graph: Graph) -> dict[str, NodeEntry]:
        """Every node of the graph and of its sub-graphs, producers first."""
        entries = (self._entry(node) for part in graph.walk() for node in part.order())
        return {entry.identity: entry for entry in entries}

    def _entry(self, node: Node) -> NodeEntry:
        operation, attributes = self._spelled(node.op)
        inputs = tuple(map(self._reference, node.inputs))
        return NodeEntry(self._identity(node), node.name, operation, attributes, inputs, tuple(map(str, node.types)))

    def _reference(self, value: Value | None) -> str:
        if value is None:
            return "_"
        return self._identity(value.node) + (f":{value.port}" if value.port else "")

    def _spelled(self, op: Op) -> tuple[str, str]:
        known = self._texts.get(id(op))
        if known is None:
            attributes = f" {_content(op)}" if isinstance(op, Constant) else attribute_text(op)
            known = self._texts[id(op)] = (op, version_name(type(op)), attributes)  # holds the op: its id stays its own
        return known[1:]


def _content(op: Constant) -> str:
    return format_elements(op.value) if op.value.size <= INLINE_ELEMENTS else f"@{digest(op.value)}"
