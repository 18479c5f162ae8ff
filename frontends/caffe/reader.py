"""What reads Caffe: imported when the first model of the format is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dldt.compiler.graph import Graph
from dldt.frontends.caffe.files import Files
from dldt.frontends.caffe.importer import import_caffe
from dldt.frontends.caffe.ops import register
from dldt.frontends.caffe.read import read_caffe
from dldt.frontends.engine.format import Options, Reader
from dldt.frontends.engine.import_model import InputSpecs
from dldt.frontends.engine.outline import Outline, outline


def _load(path: Path, inputs: InputSpecs, outputs: Sequence[str] | None, options: Options) -> Graph:
    return import_caffe(path, inputs, outputs, options)


def _outline(path: Path, options: Options) -> Outline:
    return outline(read_caffe(Files.of(path, options.get("input_proto"))))


READER = Reader(_load, _outline, register())
