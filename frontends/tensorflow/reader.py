"""What reads models of TensorFlow: imported when the first one is read."""

from __future__ import annotations

from pathlib import Path

from dldt.frontends.engine.format import Options, Reader
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.outline import Outline, outline
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.importer import import_tensorflow
from dldt.frontends.tensorflow.keras import opened
from dldt.frontends.tensorflow.ops import register
from dldt.frontends.tensorflow.read import read_tensorflow
from dldt.frontends.tensorflow.replacement.replaced import replaced


def _outline(path: Path, options: Options) -> Outline:
    with opened(path, options) as (file, own):
        return outline(ModelRecord(TENSORFLOW, path, replaced(read_tensorflow(file, own).graph, own)))


READER = Reader(import_tensorflow, _outline, register())
