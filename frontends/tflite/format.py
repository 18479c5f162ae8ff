"""TensorFlow Lite in the table of formats."""

from __future__ import annotations

from dldt.frontends.engine.format import Format, Reader
from dldt.frontends.tflite.options import TFLITE_OPTIONS


def _begins(head: bytes) -> bool:
    """A flatbuffer has its identifier behind the offset of its first table."""
    return head[4:8] == b"TFL3"


def _reader() -> Reader:
    from dldt.frontends.tflite.reader import READER

    return READER


TFLITE_FILE = Format(
    "tflite", ".tflite (TensorFlow Lite)", (".tflite", ".lite"), _begins, _reader, options=TFLITE_OPTIONS
)
