"""An .onnx file → Graph."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import attrs

from dldt.compiler.graph import Graph
from dldt.frontends.engine.import_model import InputSpecs, import_model
from dldt.frontends.onnx.ops import register
from dldt.frontends.onnx.read import read_onnx
from dldt.frontends.onnx.sequence_inputs import with_items


def import_onnx(path: str | os.PathLike[str], inputs: InputSpecs = (), outputs: Sequence[str] | None = None) -> Graph:
    """The graph of an .onnx file. ``inputs`` by name, or in the model's order; ``outputs``: where to cut it. A sequence
    of tensors among the inputs has as many items as ``inputs`` names: ``x.0``, ``x.1`` …

    Raises InputError, ShapeError, UnsupportedError (all missing operations at once), UsageError (unknown names).
    """
    register()
    model = read_onnx(path)
    if isinstance(inputs, Mapping):
        model = attrs.evolve(model, graph=with_items(model.graph, inputs))
    return import_model(model, inputs, outputs)
