"""A zip file with which somebody else can see a failure."""

from __future__ import annotations

import json
import shlex
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from dldt.compiler.atomic import atomic_write
from dldt.compiler.errors import DldtError
from dldt.compiler.graph import Graph
from dldt.compiler.ir.write import write_ir
from dldt.compiler.text import print_graph
from dldt.compiler.types import Array
from dldt.debug.anonymous import without_weights
from dldt.debug.environment import environment
from dldt.runtime.array_file import write_arrays

EPOCH = (2020, 1, 1, 0, 0, 0)
"""The time of every entry, so that equal contents are equal files."""


def write_repro(
    path: Path,
    graph: Graph | None,
    inputs: Mapping[str, Array],
    command: Sequence[str],
    *,
    with_weights: bool = False,
    texts: Mapping[str, str] | None = None,
) -> None:
    """The model, where there is one, as IR (with random weights of the same statistics unless ``with_weights``) and as
    text, the inputs, versions and the command. ``texts``: more files."""
    with tempfile.TemporaryDirectory(prefix="dldt-repro-") as temporary:
        folder = Path(temporary)
        if graph is not None:
            _write_model(folder, graph if with_weights else without_weights(graph))
        write_arrays(folder / "inputs.npz", dict(inputs))
        (folder / "env.json").write_text(json.dumps(environment(), indent=1, sort_keys=True) + "\n")
        (folder / "repro.sh").write_text(f"#!/bin/sh\nexec {shlex.join(command)}\n")
        for name, text in (texts or {}).items():
            (folder / name).write_text(text, encoding="utf-8")
        with atomic_write(path) as made, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                entry = zipfile.ZipInfo(file.name, EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, file.read_bytes())


def _write_model(folder: Path, graph: Graph) -> None:
    (folder / "model.txt").write_text(print_graph(graph) + "\n", encoding="utf-8")
    try:
        write_ir(graph, folder / "model.xml")
    except DldtError as error:
        (folder / "model.xml-missing.txt").write_text(f"{error}\n", encoding="utf-8")
