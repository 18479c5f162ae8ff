"""What reads OpenVINO IR: imported when the first model of the format is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dldt.compiler.graph import Graph
from dldt.frontends.engine.format import Options, Reader
from dldt.frontends.engine.import_model import InputSpecs
from dldt.frontends.engine.outline import Outline
from dldt.frontends.ir.importer import import_ir
from dldt.frontends.ir.outline import ir_outline


def _load(path: Path, inputs: InputSpecs, outputs: Sequence[str] | None, _: Options) -> Graph:
    return import_ir(path, inputs, outputs)


def _outline(path: Path, _: Options) -> Outline:
    return ir_outline(path)


READER = Reader(_load, _outline)
