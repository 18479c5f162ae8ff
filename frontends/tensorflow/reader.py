"""What reads models of TensorFlow: imported when the first one is read."""

from __future__ import annotations

from pathlib import Path

from dldt.frontends.engine.format import Options, Reader
from dldt.frontends.engine.outline import Outline, outline
from dldt.frontends.tensorflow.importer import import_tensorflow
from dldt.frontends.tensorflow.ops import register
from dldt.frontends.tensorflow.read import read_tensorflow


def _outline(path: Path, options: Options) -> Outline:
    return outline(read_tensorflow(path, options)[0])


READER = Reader(import_tensorflow, _outline, register())
