"""Bisection over applications: which single rewrite made a model wrong."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from dldt.compiler.graph import Graph
from dldt.compiler.observer import Application
from dldt.compiler.observers import Observers
from dldt.debug.application_limit import ApplicationLimit
from dldt.debug.difference import Difference
from dldt.debug.provenance import Provenance
from dldt.debug.snapshot import NodeEntry, Snapshots
from dldt.debug.transformed import transformed
from dldt.passes.pipeline import Pipeline


@attrs.frozen
class GuiltyApplication:
    """The ``number``-th of ``total`` applications: the first behind which the model is wrong. ``difference``: what it
    did, ``origins``: the framework's nodes that it took. ``probes``: how many versions were tried."""

    number: int
    total: int
    application: Application
    difference: Difference
    origins: tuple[str, ...]
    probes: int

    @property
    def touched(self) -> set[str]:
        """The identities of the nodes that it took or rewired."""
        return {e.identity for e in (*self.difference.removed, *(old for old, _, _ in self.difference.changed))}

    @property
    def text(self) -> str:
        """For people: the pass, the node, before and after."""
        what = f"{self.application.name} at {self.application.what}"
        head = f"application {self.number} of {self.total} is guilty: {what}"
        stems = [f"  from {origin}" for origin in self.origins]
        lines = [f"  {line}" for line in self.difference.text.splitlines()]
        return "\n".join([head, *stems, *lines])


def bisect(
    graph: Graph,
    pipeline: Pipeline,
    good: Callable[[Graph], bool],
    tell: Callable[[str], None] = lambda line: None,
) -> GuiltyApplication | None:
    """The first application behind which ``good`` does not hold of the graph; None where it holds after all of them, or
    not even before the first."""
    probes = 0

    def holds(limit: int) -> bool:
        nonlocal probes
        probes += 1
        verdict = good(transformed(graph, pipeline, ApplicationLimit(limit)))
        tell(f"first {limit} applications: {'good' if verdict else 'bad'}")
        return verdict

    every = ApplicationLimit()
    whole = transformed(graph, pipeline, every)
    total = len(every.asked)
    if good(whole) or not holds(0):
        return None
    low, high = 0, total
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    before, _ = _state(graph, pipeline, low)
    after, provenance = _state(graph, pipeline, high)
    difference = Difference.between(before, after)
    gone = [*difference.removed, *(old for old, _, _ in difference.changed)]
    origins = dict.fromkeys(source for entry in gone for source in provenance.sources.get(entry.identity, ()))
    return GuiltyApplication(high, total, every.asked[high - 1], difference, tuple(origins)[:12], probes)


def _state(graph: Graph, pipeline: Pipeline, limit: int) -> tuple[dict[str, NodeEntry], Provenance]:
    provenance = Provenance()
    made = transformed(graph, pipeline, Observers([provenance, ApplicationLimit(limit)]))
    return Snapshots(provenance.identity).take(made), provenance
