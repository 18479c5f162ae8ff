"""The observer of a compilation: the one interface of all that prints, stops, refuses, times or dumps what happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from dldt.compiler.graph import Graph, Node


@attrs.frozen(eq=False)
class Application:
    """One application of a pass: a rewrite at one node, or a whole-graph pass on one graph.

    ``item``: the pass, which prints with its options. ``root``: the id of the node whose outputs are replaced, None
    where the pass takes the graph as a whole. ``what``: the node or graph, for people; it stays when the node is gone.
    """

    item: object
    graph: Graph
    root: int | None
    what: str

    @classmethod
    def at(cls, item: object, node: Node) -> Application:
        """The application of a rewrite at a node."""
        return cls(item, node.graph, node.id, str(node))

    @property
    def name(self) -> str:
        """The pass with its options."""
        return str(self.item)


@attrs.frozen
class PassRun:
    """What one pass did: how many changes, in how many seconds, and the nodes left (sub-graphs included)."""

    index: int
    name: str
    count: int
    seconds: float
    nodes: int


@attrs.frozen(eq=False)
class StepRun:
    """What one step of code generation did. ``show`` tells in lines what it decided; ``compilation`` is the data that
    the steps work on, of a class that only code generation and what stands above it know."""

    number: int
    name: str
    what: str
    seconds: float
    compilation: object
    show: Callable[[], Iterator[str]]


class Observer:
    """Hears every event of a compilation, in order. This one lets everything happen and keeps silent.

    An observer may look at the graph that it is given, but not change it.
    """

    code: bool = False
    """Whether assembly and optimised LLVM IR are to be kept for the last steps."""

    @property
    def bounded(self) -> bool:
        """Whether it may refuse applications or stop. The stages of a pipeline are not promised then."""
        return False

    @property
    def done(self) -> bool:
        """Whether no further pass shall begin."""
        return False

    def imported(self, graph: Graph) -> None:
        """The graph as it was read, before the first pass."""

    def pass_begins(self, index: int, name: str, graph: Graph) -> None:
        """A pass is about to run on the graph and its sub-graphs."""

    def allows(self, application: Application) -> bool:
        """Whether an application may take place. Asked when all its conditions are met and nothing is changed yet."""
        return True

    def applied(self, application: Application) -> None:
        """An application has changed its graph."""

    def pass_ended(self, run: PassRun, graph: Graph) -> None:
        """A pass has run and was found to have kept the graph's inputs and outputs."""

    def step_begins(self, number: int, name: str, compilation: object) -> None:
        """A step of code generation is about to run."""

    def step_ended(self, run: StepRun) -> None:
        """A step of code generation has run."""


SILENT = Observer()
"""The observer of an ordinary compilation."""
