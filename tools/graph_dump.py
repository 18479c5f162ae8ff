"""The directory of ``--dump``: one numbered text file for each pass that changed the graph, and an index."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.text import print_graph

INDEX = "index.txt"
HEAD = "dump of dldt"


class GraphDump:
    """Writes the changes of a graph into a fresh directory. The same model gives the same files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lines: list[str] = []
        _make_fresh(folder)
        self._write_index()

    def imported(self, graph: Graph) -> None:
        """File 000: the graph as it was read."""
        self._add(0, "imported", graph, "as it was read")

    def changed(self, index: int, name: str, graph: Graph, count: int) -> None:
        """One file for a pass that changed the graph, numbered by its place in the pipeline (from 1)."""
        self._add(index + 1, name, graph, f"{count} change{'s' * (count != 1)}")

    def _add(self, number: int, name: str, graph: Graph, what: str) -> None:
        file = f"{number:03d}-{re.sub(r'[^A-Za-z0-9.=-]+', '_', name).strip('_')}.txt"
        (self.folder / file).write_text(print_graph(graph) + "\n", encoding="utf-8")
        self._lines.append(f"{file:<48} {what}, {len(graph)} nodes")
        self._write_index()

    def _write_index(self) -> None:
        lines = [HEAD, "", *self._lines, "", "A pass that changed nothing has no file; kernels follow the passes."]
        (self.folder / INDEX).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _make_fresh(folder: Path) -> None:
    """Make the directory. One that holds an older dump is emptied; any other directory that is not empty is refused."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--dump {folder}: there is a file of this name; name a new directory")
    if folder.is_dir() and any(folder.iterdir()):
        if not _is_dump(folder):
            raise UsageError(f"--dump {folder}: the directory is not empty and holds no dump; name a new directory")
        for entry in folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write {folder}: {(error.strerror or str(error)).lower()}") from error


def _is_dump(folder: Path) -> bool:
    index = folder / INDEX
    if not index.is_file():
        return False
    with index.open("rb") as file:
        return file.readline(100).strip() == HEAD.encode()
