"""The table of ONNX importers, and what an importer is told about its node."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from dldt.compiler.graph import Graph, Value
from dldt.frontends.onnx.record import GraphRecord, NodeRecord
from dldt.frontends.registry import Framework

Bodies = tuple[tuple[Graph, ...], tuple[Value, ...]]


@attrs.frozen
class Context:
    """The node's surroundings, for the importers that need more than inputs and attributes."""

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


ONNX = Framework("onnx", newest=25, context=Context)
"""Importers are tested up to operation set 25."""
