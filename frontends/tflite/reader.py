"""What reads TensorFlow Lite: imported when the first model of the format is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dldt.compiler.graph import Graph
from dldt.frontends.engine.format import Options, Reader
from dldt.frontends.engine.import_model import InputSpecs
from dldt.frontends.engine.outline import Outline, outline
from dldt.frontends.tflite.importer import import_tflite
from dldt.frontends.tflite.ops import register
from dldt.frontends.tflite.read import read_tflite


def _load(path: Path, inputs: InputSpecs, outputs: Sequence[str] | None, options: Options) -> Graph:
    return import_tflite(path, inputs, outputs, options.get("signature"))


def _outline(path: Path, options: Options) -> Outline:
    return outline(read_tflite(path, options.get("signature")))


READER = Reader(_load, _outline, register())
