"""ONNX in the table of formats."""

from __future__ import annotations

from dldt.frontends.engine.format import Format
from dldt.frontends.onnx.importer import import_onnx
from dldt.frontends.onnx.ops import register


def _begins(head: bytes) -> bool:
    """The first field of a ModelProto is its ir_version; a file of no bytes is refused as an empty one."""
    return not head or head[:1] == b"\x08"


ONNX_FILE = Format("onnx", ".onnx", (".onnx",), _begins, import_onnx, register())
