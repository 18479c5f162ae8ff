"""What reads Kaldi's files: imported when the first model of the format is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dldt.compiler.graph import Graph
from dldt.frontends.engine.format import Options, Reader
from dldt.frontends.engine.import_model import InputSpecs, import_model
from dldt.frontends.engine.outline import Outline, outline
from dldt.frontends.kaldi.ops import register
from dldt.frontends.kaldi.read import read_kaldi


def _load(path: Path, inputs: InputSpecs, outputs: Sequence[str] | None, options: Options) -> Graph:
    return import_model(read_kaldi(path, options), inputs, outputs)


def _outline(path: Path, options: Options) -> Outline:
    return outline(read_kaldi(path, options))


READER = Reader(_load, _outline, register())
