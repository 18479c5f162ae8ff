"""A graph after some of the passes."""

from __future__ import annotations

from dldt.compiler.graph import Graph
from dldt.compiler.observer import SILENT, Observer
from dldt.passes.manager import run_pipeline
from dldt.passes.pipeline import Pipeline


def transformed(
    graph: Graph, pipeline: Pipeline, observer: Observer = SILENT, *, stop_after: str | None = None
) -> Graph:
    """A copy of the graph after the passes that the observer allows."""
    made = graph.copy()
    observer.imported(made)
    run_pipeline(made, pipeline, observer=observer, stop_after=stop_after)
    return made
