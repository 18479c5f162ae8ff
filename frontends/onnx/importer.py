"""An .onnx file → Graph."""

from __future__ import annotations

import os
from collections.abc import Sequence

from dldt.compiler.graph import Graph
from dldt.frontends.engine.import_model import InputSpecs, import_model
from dldt.frontends.onnx.ops import register
from dldt.frontends.onnx.read import read_onnx


def import_onnx(path: str | os.PathLike[str], inputs: InputSpecs = (), outputs: Sequence[str] | None = None) -> Graph:
    """The graph of an .onnx file. ``inputs`` by name, or in the model's order; ``outputs``: where to cut it.

    Raises InputError, ShapeError, UnsupportedError (all missing operations at once), UsageError (unknown names).
    """
    register()
    return import_model(read_onnx(path), inputs, outputs)
