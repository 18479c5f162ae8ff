"""What an importer is told about its node beyond inputs and attributes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import attrs

from dldt.compiler.graph import Graph, Value
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.sequences import Imported

MakeInput: TypeAlias = Callable[[Graph, str], Imported]
"""Makes the value of a body's input, given the body and the input's name: mostly a Parameter."""
FinishOutput: TypeAlias = Callable[[int, Imported], Sequence[Value]]
"""Makes the values that Results take, given the output's position and what it is."""


@attrs.frozen(eq=False)
class ImportedBody:
    """A body as a graph; ``outputs``: what its outputs are, made of values inside."""

    graph: Graph
    outputs: tuple[Imported, ...]


class ImportBody(Protocol):
    """Imports the body of a loop."""

    def __call__(
        self, record: GraphRecord, inputs: Sequence[MakeInput], finish: FinishOutput
    ) -> tuple[ImportedBody, tuple[Value, ...]]:
        """The body, and the captured values. Each of these feeds a Parameter; they stand behind those that ``inputs``
        makes."""


class Inline(Protocol):
    """Imports a body's nodes into the graph itself."""

    def __call__(self, record: GraphRecord, inputs: Sequence[Imported] = ()) -> tuple[Imported, ...]:
        """The body's outputs for these inputs."""


@attrs.frozen
class Context:
    """The node's surroundings; an importer asks for them by a keyword-only parameter of this type."""

    graph: Graph
    node: NodeRecord
    import_bodies: Callable[[tuple[GraphRecord, ...]], tuple[tuple[ImportedBody, ...], tuple[Value, ...]]]
    """The bodies as graphs with the same Parameters, and the captured values that feed these."""
    import_body: ImportBody
    inline: Inline
    captured: Callable[[GraphRecord], tuple[Imported, ...]]
    """What a body uses of what is around it."""

    @property
    def outputs(self) -> int:
        """How many outputs the node lists, trailing empty names left out."""
        named = [position for position, name in enumerate(self.node.outputs) if name]
        return named[-1] + 1 if named else 0
