"""What TensorFlow answers to a model: `tensorflow_outputs.py MODEL INPUTS.npz OUTPUTS.npz NAME …`.

An interpreter runs it that has TensorFlow. NAME are the outputs, as the graph that was read calls them."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf


def main(file: str, inputs: str, outputs: str, *names: str) -> None:
    """Write the outputs."""
    with np.load(inputs) as given:
        feeds = {name: given[name] for name in given.files}
    path = Path(file)
    if path.suffix == ".tflite":
        made = _lite(path, feeds, names)
    elif path.is_dir():
        made = _saved(path, feeds)
    else:
        made = _frozen(path, feeds, names)
    np.savez(outputs, **{name: np.asarray(made[name]) for name in names})


def _frozen(path: Path, feeds: dict, names: tuple[str, ...]) -> dict:
    proto = tf.compat.v1.GraphDef.FromString(path.read_bytes())
    with tf.Graph().as_default() as graph, tf.compat.v1.Session(graph=graph) as session:
        tf.import_graph_def(proto, name="")
        tensors = [name if ":" in name else f"{name}:0" for name in names]
        values = session.run(tensors, {(k if ":" in k else f"{k}:0"): v for k, v in feeds.items()})
    return dict(zip(names, values, strict=True))


def _saved(path: Path, feeds: dict) -> dict:
    signature = tf.saved_model.load(str(path)).signatures["serving_default"]
    return {name: value.numpy() for name, value in signature(**{k: tf.constant(v) for k, v in feeds.items()}).items()}


def _lite(path: Path, feeds: dict, names: tuple[str, ...]) -> dict:
    kind = tf.lite.experimental.OpResolverType.BUILTIN_REF
    interpreter = tf.lite.Interpreter(str(path), experimental_op_resolver_type=kind)
    interpreter.allocate_tensors()
    for detail, value in zip(interpreter.get_input_details(), feeds.values(), strict=True):
        interpreter.set_tensor(detail["index"], value)
    interpreter.invoke()
    found = [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]
    return dict(zip(names, found, strict=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
