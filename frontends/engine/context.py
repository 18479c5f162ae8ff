"""What an importer is told about its node beyond inputs and attributes."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from dldt.compiler.graph import Graph, Value
from dldt.frontends.engine.record import GraphRecord, NodeRecord

Bodies = tuple[tuple[Graph, ...], tuple[Value, ...]]


@attrs.frozen
class Context:
    """The node's surroundings; an importer asks for them by a keyword-only parameter of this type."""

    graph: Graph
    node: NodeRecord
    import_bodies: Callable[[tuple[GraphRecord, ...]], Bodies]
    """The bodies as graphs with the same Parameters, and the captured values that feed these."""
    inline: Callable[[GraphRecord], tuple[Value, ...]]
    """A body's nodes imported into the graph itself; the body's outputs."""

    @property
    def outputs(self) -> int:
        """How many outputs the node lists, trailing empty names left out."""
        named = [position for position, name in enumerate(self.node.outputs) if name]
        return named[-1] + 1 if named else 0
