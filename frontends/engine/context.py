"""What an importer is told about its node beyond inputs and attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

import attrs

from dldt.compiler.graph import Graph, Value
from dldt.compiler.types import Array
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


class ImportBodies(Protocol):
    """Imports bodies as graphs with the same Parameters."""

    def __call__(
        self, records: tuple[GraphRecord, ...], known: Sequence[Mapping[str, Array]] = ()
    ) -> tuple[tuple[ImportedBody, ...], tuple[Value, ...]]:
        """The bodies, and the captured values that feed the Parameters. ``known``: for each body, what tensors around
        it hold whenever it runs."""


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


class Dependents(Protocol):
    """The nodes of the graph that wait for a node's outputs, directly or not, or have bodies, which may do the same."""

    def __call__(self) -> tuple[NodeRecord, ...]:
        """These nodes, producers first. What else is left of the graph is imported before."""


class Settle(Protocol):
    """Takes nodes off the list of those that are to be imported."""

    def __call__(self, nodes: Sequence[NodeRecord], made: Mapping[str, Imported]) -> None:
        """The nodes are imported, as parts of another one; ``made``: their outputs that others read."""


@attrs.frozen
class Context:
    """The node's surroundings; an importer asks for them by a keyword-only parameter of this type."""

    graph: Graph
    node: NodeRecord
    import_bodies: ImportBodies
    import_body: ImportBody
    inline: Inline
    captured: Callable[[GraphRecord], tuple[Imported, ...]]
    """What a body uses of what is around it."""
    dependents: Dependents
    settle: Settle
    trial: Callable[[], AbstractContextManager[None]]
    """While in it, what cannot be imported is not reported where it ends with an error."""
    results: tuple[str, ...]
    """The outputs of the graph or body that the node stands in."""

    @property
    def outputs(self) -> int:
        """How many outputs the node lists, trailing empty names left out."""
        named = [position for position, name in enumerate(self.node.outputs) if name]
        return named[-1] + 1 if named else 0
