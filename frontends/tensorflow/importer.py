"""A model of TensorFlow → Graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from dldt.compiler.graph import Graph
from dldt.frontends.engine.format import Options
from dldt.frontends.engine.import_model import InputSpecs, import_model
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.keras import opened
from dldt.frontends.tensorflow.ops import register
from dldt.frontends.tensorflow.read import read_tensorflow
from dldt.frontends.tensorflow.replacement.replaced import replaced


def import_tensorflow(path: Path, inputs: InputSpecs, outputs: Sequence[str] | None, options: Options) -> Graph:
    """The graph of a model. Tensors may be called as the signature does, by their node, or as TensorFlow does
    (``x:0``).

    Raises InputError, ShapeError, UnsupportedError (all missing operations at once), UsageError (unknown names).
    """
    register()
    with opened(path, options) as (file, own):
        loaded = read_tensorflow(file, own)
        if isinstance(inputs, Mapping):
            inputs = {_own(name, loaded.names): spec for name, spec in inputs.items()}
        wanted = None if outputs is None else [_own(name, loaded.names) for name in outputs]
        graph = replaced(loaded.graph, own, wanted)
        left = None if graph is not loaded.graph else wanted
        return import_model(ModelRecord(TENSORFLOW, path, graph), inputs, left)


def _own(name: str, names: Mapping[str, str]) -> str:
    plain = name.removesuffix(":0")
    return names.get(name, names.get(plain, plain))
