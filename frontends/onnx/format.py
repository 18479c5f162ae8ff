"""ONNX in the table of formats."""

from __future__ import annotations

from dldt.frontends.engine.format import Format, Reader


def _begins(head: bytes) -> bool:
    """The first field of a ModelProto is its ir_version; a file of no bytes is refused as an empty one."""
    return not head or head[:1] == b"\x08"


def _reader() -> Reader:
    from dldt.frontends.onnx.reader import READER

    return READER


ONNX_FILE = Format("onnx", ".onnx", (".onnx",), _begins, _reader)
