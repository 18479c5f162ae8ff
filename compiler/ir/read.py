"""OpenVINO IR, version 10 or 11, read into a graph."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from dldt.compiler.errors import DldtError, InputError, UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.ir.build import InputShapes, build_graph
from dldt.compiler.ir.document import Element, parse_document
from dldt.compiler.ir.limits import MAX_XML_BYTES
from dldt.compiler.ir.metadata import read_metadata
from dldt.compiler.ir.plan import make_plan
from dldt.compiler.ir.shapes import parse_int
from dldt.compiler.ir.weights import Weights
from dldt.compiler.printable import printable
from dldt.compiler.safe_open import open_regular

VERSIONS = (10, 11)


def read_ir(
    xml_path: str | os.PathLike[str],
    bin_path: str | os.PathLike[str] | None = None,
    *,
    shapes: InputShapes | None = None,
    ends: Sequence[str] | None = None,
) -> Graph:
    """The graph in ``xml_path`` with its weights in ``bin_path`` (default: the same name, ``.bin``).

    ``shapes`` is asked for every input, by its position and its names: the shape to give it (dims may be symbolic), or
    None for that of the file. ``ends``: layers and tensors at which the caller will cut the graph; where something is
    not supported, only what they need is read.

    Either file may be hostile. The weights are mapped, not read: the graph's constants are views of the file,
    which must not change while the graph lives. Inputs and outputs have the names and the order that OpenVINO gives
    them; free dims become symbols. Raises InputError for a file that is not sound, UnsupportedError for one that needs
    what is not there, UsageError for ``shapes`` of another rank; the message starts with the file."""
    path = Path(xml_path)
    with open_regular(path, max_bytes=MAX_XML_BYTES) as file:
        root = parse_document(file, str(path))
    weights = Weights(path.with_suffix(".bin") if bin_path is None else Path(bin_path), required=bin_path is not None)
    try:
        _check_version(root)
        name = root.attributes.get("name") or path.stem
        graph = build_graph(make_plan(root, ends), weights, shapes, name)
    except DldtError as error:
        raise type(error)(f"{path}: {error}") from error
    graph.metadata |= read_metadata(root)
    return graph


def _check_version(root: Element) -> None:
    if root.tag != "net":
        raise InputError(
            f"not an OpenVINO IR: its root is <{printable(root.tag)}>, <net> expected; give the .xml of a model"
        )
    text = root.attributes.get("version")
    if text is None:
        raise InputError("<net> has no version; execution graphs and damaged files have none, give the model itself")
    if root.child("pre-process") is not None:
        raise UnsupportedError("its <pre-process> (mean and scale) is not supported; give the values when converting")
    version = parse_int(text)
    if version in VERSIONS:
        return
    if 0 < version < min(VERSIONS):
        raise UnsupportedError(
            f"IR version {version} is not supported (10 and 11 are): it was written by a Model Optimizer of 2019 or "
            "before; give the original model, or convert it again with release 2020.1 or later"
        )
    raise UnsupportedError(
        f"IR version {version} is not supported (10 and 11 are): save the model as version 11, or give the original one"
    )
