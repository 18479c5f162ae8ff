"""What reads ONNX: imported when the first model of the format is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dldt.compiler.graph import Graph
from dldt.frontends.engine.format import Options, Reader
from dldt.frontends.engine.import_model import InputSpecs
from dldt.frontends.engine.outline import Outline, outline
from dldt.frontends.onnx.importer import import_onnx
from dldt.frontends.onnx.ops import register
from dldt.frontends.onnx.read import read_onnx


def _load(path: Path, inputs: InputSpecs, outputs: Sequence[str] | None, _: Options) -> Graph:
    return import_onnx(path, inputs, outputs)


def _outline(path: Path, _: Options) -> Outline:
    return outline(read_onnx(path))


READER = Reader(_load, _outline, register())
