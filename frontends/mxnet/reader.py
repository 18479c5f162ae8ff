"""What reads MXNet: imported when the first model of the format is read."""

from __future__ import annotations

from pathlib import Path

from dldt.frontends.engine.format import Options, Reader
from dldt.frontends.engine.outline import Outline, outline
from dldt.frontends.mxnet.importer import import_mxnet
from dldt.frontends.mxnet.ops import register
from dldt.frontends.mxnet.read import read_mxnet


def _outline(path: Path, options: Options) -> Outline:
    return outline(read_mxnet(path, options))


READER = Reader(import_mxnet, _outline, register())
"""MXNet in the table of formats."""
