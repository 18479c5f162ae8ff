"""What an importer is told about its node beyond inputs and attributes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import attrs

from dldt.compiler.graph import Graph, Value
from dldt.frontends.engine.record import GraphRecord, NodeRecord

Bodies: TypeAlias = tuple[tuple[Graph, ...], tuple[Value, ...]]
MakeInput: TypeAlias = Callable[[Graph, str], Value]
"""Makes the value of a body's input, given the body and the input's name: mostly a Parameter."""
FinishOutput: TypeAlias = Callable[[int, Value], Value]
"""Makes the value that a Result takes, given the output's position and its value."""


class ImportBody(Protocol):
    """Imports the body of a loop."""

    def __call__(
        self, record: GraphRecord, inputs: Sequence[MakeInput], finish: FinishOutput
    ) -> tuple[Graph, tuple[Value, ...]]:
        """The body, and the captured values. Each of these feeds a Parameter; they stand behind those that ``inputs``
        makes."""


@attrs.frozen
class Context:
    """The node's surroundings; an importer asks for them by a keyword-only parameter of this type."""

    graph: Graph
    node: NodeRecord
    import_bodies: Callable[[tuple[GraphRecord, ...]], Bodies]
    """The bodies as graphs with the same Parameters, and the captured values that feed these."""
    import_body: ImportBody
    inline: Callable[[GraphRecord], tuple[Value, ...]]
    """A body's nodes imported into the graph itself; the body's outputs."""

    @property
    def outputs(self) -> int:
        """How many outputs the node lists, trailing empty names left out."""
        named = [position for position, name in enumerate(self.node.outputs) if name]
        return named[-1] + 1 if named else 0
