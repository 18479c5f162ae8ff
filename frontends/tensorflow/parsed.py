"""A file that holds one message of TensorFlow's, binary or as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it has no stubs

from dldt.compiler.errors import InputError
from dldt.compiler.safe_open import map_regular
from dldt.frontends.engine.sniff import looks_like
from dldt.frontends.engine.text_proto import read_text_proto
from dldt.frontends.tensorflow.proto import PROTO

_MAX_BYTES = 1 << 31
_WHAT = {"GraphDef": "a graph", "MetaGraphDef": "a MetaGraph", "SavedModel": "a SavedModel"}


def parsed(name: str, file: Path, text: bool = False) -> Any:
    """The message ``name`` that a file holds; as text, where ``text`` or the file's name says so. Raises InputError."""
    data = bytes(map_regular(file, max_bytes=_MAX_BYTES))
    made = PROTO[name]()
    if text or file.suffix.lower() == ".pbtxt":
        read_text_proto(_decoded(data, file), made, str(file))
        return made
    try:
        made.ParseFromString(data)
    except DecodeError as error:
        kind = looks_like(data[:512])
        about = f"it looks like {kind}" if kind else "it is truncated, damaged or of another format"
        hint = "; --input_model_is_text reads text" if kind == "a text file" else ""
        raise InputError(f"{file}: not {_WHAT[name]} of TensorFlow: {about}{hint}") from error
    return made


def _decoded(data: bytes, file: Path) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not text (byte {error.start} is no UTF-8)") from error
