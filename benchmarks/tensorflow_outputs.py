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
    made = _saved(path, feeds) if path.is_dir() else _frozen(path, feeds, names)
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


if __name__ == "__main__":
    main(*sys.argv[1:])
