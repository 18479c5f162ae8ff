"""A frozen graph or a SavedModel as TensorFlow computes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.types import Array
from dldt.frontends.tensorflow.keras import opened


def run_tensorflow(path: Path, inputs: Mapping[str, Array], graph: Graph) -> dict[str, Array]:
    """Every tensor of a frozen graph or of a SavedModel's serving signature, without TensorFlow's own optimisations; a
    Keras model is a SavedModel first, as it is when it is read."""
    with opened(path, {}) as (saved, _):
        return _tensors_of(saved, inputs)


def _tensors_of(path: Path, inputs: Mapping[str, Array]) -> dict[str, Array]:
    import tensorflow as tf  # type: ignore[import-untyped]  # it has no stubs

    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    definition, signature = _definition(tf, path)
    whole = tf.Graph()
    with whole.as_default():
        tf.import_graph_def(definition, name="")
    feeds = _feeds(whole, inputs, signature)
    with tf.compat.v1.Session(graph=whole) as session:
        tensors = _tensors(whole.get_operations(), set(feeds))
        found = session.run(list(tensors.values()), feeds)
    named = dict(zip(tensors, found, strict=True))
    made = {name: array for name, array in named.items() if isinstance(array, np.ndarray | np.generic)}
    return {name: np.asarray(array) for name, array in made.items()}


def _definition(tf: Any, path: Path) -> tuple[Any, tuple[str, ...]]:
    """The graph with its variables as constants, and the names of its inputs in the order of the signature."""
    if path.is_dir():
        from tensorflow.python.framework import convert_to_constants  # type: ignore[import-untyped]  # likewise

        model = tf.saved_model.load(str(path))  # its variables live as long as it does
        served = model.signatures["serving_default"]
        function = convert_to_constants.convert_variables_to_constants_v2(served, aggressive_inlining=True)
        return function.graph.as_graph_def(), tuple(tensor.op.name for tensor in function.inputs)
    if path.suffix != ".pb":
        raise UnsupportedError(
            f"{path.name}@tensorflow: TensorFlow is asked for a frozen graph (.pb) or a SavedModel alone; save the "
            f"model as a SavedModel, or compare with {path.name}@interpreter"
        )
    definition = tf.compat.v1.GraphDef()
    definition.ParseFromString(path.read_bytes())
    return definition, ()


def _feeds(whole: Any, inputs: Mapping[str, Array], signature: tuple[str, ...]) -> dict[str, Array]:
    """The inputs by TensorFlow's names of their tensors: by their own, else in the order of the signature."""
    known = {operation.name for operation in whole.get_operations()}
    if all(name.partition(":")[0] in known for name in inputs):
        return {_tensor(name): array for name, array in inputs.items()}
    return {_tensor(name): array for name, array in zip(signature, inputs.values(), strict=True)}


def _tensor(name: str) -> str:
    return name if ":" in name else f"{name}:0"


def _tensors(operations: Iterable[Any], fed: set[str]) -> dict[str, Any]:
    """What can be asked for, by our names: those of operations, with the number of an output that is not the first."""
    return {
        tensor.op.name if tensor.name.endswith(":0") else tensor.name: tensor
        for operation in operations
        for tensor in operation.outputs
        if tensor.name not in fed and tensor.dtype.is_numpy_compatible and operation.type not in ("Const", "NoOp")
    }
