"""Where a reduction begins: at the model as it was read; else right before the step that is at fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from dldt.compiler.graph import Graph, Value
from dldt.compiler.types import Array
from dldt.debug.application_limit import ApplicationLimit
from dldt.debug.bisect import GuiltyApplication
from dldt.debug.nothing_fails_error import NothingFailsError
from dldt.debug.reduce import Fails, ReducedModel, Reducer
from dldt.debug.subgraph import working_nodes
from dldt.debug.transformed import transformed
from dldt.passes.pipeline import Pipeline

FEW = 5
"""So many nodes are small enough: no other beginning is tried."""

NONE = Pipeline("none", ())


@attrs.frozen
class ModelReduction:
    """Reduces ``graph``. ``fails_after``: the check for parts that go through these passes first. ``guilty``: the
    application that is at fault, None where it is code generation; ``suspects``: the framework's nodes that a search
    found. A fault may need what the passes made of the model, so that no part of the imported graph shows it: then the
    graph right before the guilty step is reduced, and that step alone is run on its parts."""

    graph: Graph
    inputs: Mapping[str, Array]
    pipeline: Pipeline
    fails_after: Callable[[Pipeline], Fails]
    guilty: Callable[[], GuiltyApplication | None]
    suspects: tuple[str, ...] = ()
    journal: Path | None = None
    tell: Callable[[str], None] = lambda line: None
    check: str = ""

    def run(self) -> ReducedModel:
        """The smallest part. Raises NothingFailsError where the whole model does not fail."""
        best: ReducedModel | None = None
        checks = recalled = 0
        for graph, pipeline, suspects, options in self._beginnings():
            asked, fails = " ".join((self.check, *options)), self.fails_after(pipeline)
            reducer = Reducer(graph, self.inputs, fails, self.journal, self.tell, asked, suspects)
            try:
                made = attrs.evolve(reducer.run(), options=options, fails=fails)
            except NothingFailsError:
                made = None
            checks, recalled = checks + reducer.checks, recalled + reducer.recalled
            if made is not None and (best is None or len(made.nodes) < len(best.nodes)):
                best = made
            if best is not None and len(best.nodes) <= FEW:
                break
        if best is None:
            raise NothingFailsError
        return attrs.evolve(best, checks=checks, recalled=recalled)

    def _beginnings(self) -> Iterator[tuple[Graph, Pipeline, Iterable[Value], tuple[str, ...]]]:
        """A graph, the passes that the check runs on its parts, what is suspected, the options that choose the
        passes."""
        guilty = self.guilty()
        touched = set() if guilty is None else guilty.touched
        spoken = _spoken(self.graph, touched) or _stemming(self.graph, self.suspects)
        yield self.graph, self.pipeline, spoken, ()
        self.tell("beginning anew, right before the step that is at fault")
        if guilty is None:
            yield transformed(self.graph, self.pipeline), NONE, (), ("--disable-pass", "*")
            return
        before = transformed(self.graph, self.pipeline, ApplicationLimit(guilty.number - 1))
        item: Any = guilty.application.item  # observers know a pass by its name alone
        alone = Pipeline(guilty.application.name, (item,))
        yield before, alone, _spoken(before, touched), ("--passes", guilty.application.name)


def _spoken(graph: Graph, touched: set[str]) -> list[Value]:
    """What the nodes make that a guilty application took, the last one first."""
    return [node.outputs[0] for node in reversed(working_nodes(graph)) if str(node.id) in touched]


def _stemming(graph: Graph, origins: tuple[str, ...]) -> list[Value]:
    """What the nodes make that stem from these nodes of the framework, the last one first."""
    nodes = reversed(working_nodes(graph))
    return [node.outputs[0] for node in nodes if graph.origins.get(node.id, str(node)) in origins]
