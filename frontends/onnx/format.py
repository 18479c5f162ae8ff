"""ONNX in the table of formats."""

from __future__ import annotations

from pathlib import Path

from dldt.frontends.engine.format import Format
from dldt.frontends.engine.outline import Outline, outline
from dldt.frontends.onnx.importer import import_onnx
from dldt.frontends.onnx.ops import register
from dldt.frontends.onnx.read import read_onnx


def _begins(head: bytes) -> bool:
    """The first field of a ModelProto is its ir_version; a file of no bytes is refused as an empty one."""
    return not head or head[:1] == b"\x08"


def _outline(path: Path) -> Outline:
    return outline(read_onnx(path))


ONNX_FILE = Format("onnx", ".onnx", (".onnx",), _begins, import_onnx, _outline, register())
