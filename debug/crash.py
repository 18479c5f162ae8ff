"""A reproducer for a crash: the model, the last graph that was sound, the LLVM module, the command."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from dldt.compiler.errors import InternalError
from dldt.compiler.graph import Graph
from dldt.compiler.observer import Observer, PassRun
from dldt.compiler.text import print_graph
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


def write_crash(error: BaseException, command: Sequence[str], graph: Graph | None, pipeline: Pipeline) -> Path:
    """A zip file in the temporary directory that shows a crash again. The passes are run once more up to where they
    fail, if they do."""
    with tempfile.NamedTemporaryFile(prefix="dldt-crash-", suffix=".zip", delete=False) as file:
        path = Path(file.name)
    texts = {"traceback.txt": "".join(traceback.format_exception(error))}
    for kept in error.files if isinstance(error, InternalError) else ():
        texts[Path(kept).name] = Path(kept).read_text(encoding="utf-8")
    if graph is None:
        write_repro(path, Graph("the model could not be read"), {}, command, texts=texts)
        return path
    state = LastGood(pipeline)
    try:
        transformed(graph, pipeline, state)
    except Exception as again:  # the crash itself, which is told already
        texts["pass.txt"] = f"fails in {state.left.partition(',')[0]}: {again}\n"
    if state.graph is not None:
        texts["last-good.txt"] = print_graph(state.graph, constants="digest") + "\n"
    texts["passes.txt"] = state.left + "\n"
    write_repro(path, graph, {}, command, texts=texts)
    return path
