"""The files of an MXNet model → Graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from dldt.compiler.graph import Graph
from dldt.frontends.engine.format import Options
from dldt.frontends.engine.import_model import InputSpecs, import_model
from dldt.frontends.mxnet.ops import register
from dldt.frontends.mxnet.read import read_mxnet


def import_mxnet(path: Path, inputs: InputSpecs, outputs: Sequence[str] | None, options: Options) -> Graph:
    """The graph of the model whose symbol or parameters ``path`` is. ``inputs`` by name, or in the model's order;
    ``outputs``: where to cut it.

    Raises InputError, ShapeError, UnsupportedError (all missing operations at once), UsageError (unknown names).
    """
    register()
    named = tuple(inputs) if isinstance(inputs, Mapping) else ()
    return import_model(read_mxnet(path, options, named), inputs, outputs)
