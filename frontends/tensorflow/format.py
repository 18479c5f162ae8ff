"""TensorFlow in the table of formats."""

from __future__ import annotations

from pathlib import Path

from dldt.frontends.engine.format import Format, Reader
from dldt.frontends.tensorflow.options import TENSORFLOW_OPTIONS


def _begins(head: bytes) -> bool:
    """The first field of a GraphDef is a node, that of a MetaGraphDef a message, that of a SavedModel a number; a model
    of TensorFlow.js is a JSON document with these words."""
    web = head.lstrip()[:1] == b"{" and any(
        word in head for word in (b'"modelTopology"', b'"graph-model"', b'"layers-model"')
    )
    return web or head[:1] == b"\n" or head[:2] == b"\x08\x01"


def _directory(path: Path) -> bool:
    return any((path / name).is_file() for name in ("saved_model.pb", "saved_model.pbtxt"))


def _reader() -> Reader:
    from dldt.frontends.tensorflow.reader import READER

    return READER


TENSORFLOW_FILE = Format(
    "tensorflow",
    ".pb, .pbtxt, .meta, model.json, .keras, .h5 or a SavedModel (TensorFlow)",
    (".pb", ".pbtxt", ".meta", ".json", ".keras", ".h5", ".hdf5"),
    _begins,
    _reader,
    directory=_directory,
    options=TENSORFLOW_OPTIONS,
    aliases=("tf",),
)
