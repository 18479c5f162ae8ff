"""A reproducer for a crash: the model, the last graph that was sound, the LLVM module, the command."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from dldt.compiler.errors import InternalError
from dldt.compiler.graph import Graph
from dldt.compiler.observer import Observer, PassRun
from dldt.compiler.text import print_graph
from dldt.compiler.types import Array
from dldt.debug.repro import write_repro
from dldt.debug.transformed import transformed
from dldt.passes.pipeline import Pipeline


class LastGood(Observer):
    """Remembers the graph before the pass that is running, and which passes are still to come."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self.graph: Graph | None = None
        self.left = str(pipeline)

    def imported(self, graph: Graph) -> None:
        """See Observer."""
        self.graph = graph.copy()

    def pass_begins(self, index: int, name: str, graph: Graph) -> None:
        """See Observer."""
        self.left = ",".join(map(str, self._pipeline.passes[index:]))

    def pass_ended(self, run: PassRun, graph: Graph) -> None:
        """See Observer."""
        self.left = ",".join(map(str, self._pipeline.passes[run.index + 1 :]))
        if run.count:
            self.graph = graph.copy()


def write_crash(
    error: BaseException,
    command: Sequence[str],
    graph: Graph | None,
    pipeline: Pipeline,
    *,
    inputs: Mapping[str, Array] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Path:
    """A zip file in the temporary directory that shows a crash again; ``texts`` are put into it too. The passes are run
    once more up to where they fail, if they do."""
    with tempfile.NamedTemporaryFile(prefix="dldt-crash-", suffix=".zip", delete=False) as file:
        path = Path(file.name)
    told = {"traceback.txt": "".join(traceback.format_exception(error)), **(texts or {})}
    for kept in error.files if isinstance(error, InternalError) else ():
        told[Path(kept).name] = Path(kept).read_text(encoding="utf-8")
    if graph is None:
        write_repro(path, None, inputs or {}, command, texts=told)
        return path
    state = LastGood(pipeline)
    try:
        transformed(graph, pipeline, state)
    except Exception as again:  # the crash itself, which is told already
        told["pass.txt"] = f"fails in {state.left.partition(',')[0]}: {again}\n"
    if state.graph is not None:
        told["last-good.txt"] = print_graph(state.graph, constants="digest") + "\n"
    told["passes.txt"] = state.left + "\n"
    write_repro(path, graph, inputs or {}, command, texts=told)
    return path
