"""A .tflite file → Graph."""

from __future__ import annotations

import os
from collections.abc import Sequence

from dldt.compiler.graph import Graph
from dldt.frontends.engine.import_model import InputSpecs, import_model
from dldt.frontends.tflite.ops import register
from dldt.frontends.tflite.read import read_tflite


def import_tflite(
    path: str | os.PathLike[str],
    inputs: InputSpecs = (),
    outputs: Sequence[str] | None = None,
    signature: str | None = None,
) -> Graph:
    """The graph of a .tflite file. ``inputs`` by name, or in the model's order; ``outputs``: where to cut it.

    Raises InputError, ShapeError, UnsupportedError (all missing operations at once), UsageError (unknown names).
    """
    register()
    return import_model(read_tflite(path, signature), inputs, outputs)
