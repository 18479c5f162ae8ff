"""Versions of a graph as OpenVINO IR, all with one file of weights."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import BinaryIO

from dldt.compiler.errors import DldtError
from dldt.compiler.errors_named import errors_named
from dldt.compiler.graph import Graph
from dldt.compiler.ir.weights import WeightsWriter
from dldt.compiler.ir.write import ir_document

WEIGHTS = "weights.bin"


class _Nowhere(io.RawIOBase):
    """A file that forgets what is written to it."""

    def write(self, data: object) -> int:
        """Pretend."""
        return memoryview(data).nbytes  # type: ignore[arg-type]  # any buffer


class IrFiles:
    """Writes ``.xml`` files into a folder and the folders below it. With ``weights``, constants go to one ``.bin``,
    each once, and every ``.xml`` has a link to it under its own name, as readers of IR expect."""

    def __init__(self, folder: Path, *, weights: bool) -> None:
        self._folder = folder
        self._kept = weights
        self._file: BinaryIO = (folder / WEIGHTS).open("wb") if weights else _Nowhere()  # type: ignore[assignment]  # writes alone
        self._writer = WeightsWriter(self._file)

    def write(self, graph: Graph, path: Path) -> str:
        """Write the graph; empty, or why the IR cannot hold it."""
        try:
            with errors_named(self._folder / WEIGHTS):
                text = "".join(ir_document(graph, self._writer, 11))
                self._file.flush()
        except DldtError as error:
            return str(error)
        with errors_named(path):
            path.write_text(text, encoding="utf-8")
        self.link(path)
        return ""

    def link(self, path: Path) -> None:
        """Put the weights beside an ``.xml``."""
        beside = path.with_suffix(".bin")
        if self._kept and not beside.is_symlink():
            beside.symlink_to(os.path.relpath(self._folder / WEIGHTS, path.parent))

    def close(self) -> None:
        """Close the weights."""
        with errors_named(self._folder / WEIGHTS):
            self._file.close()
