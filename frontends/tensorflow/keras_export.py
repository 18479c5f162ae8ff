"""A Keras model as a SavedModel. Run as a program it loads the model's file: nothing but TensorFlow is imported, and no
code that the file holds is run."""

from __future__ import annotations

import os
import sys
from typing import Any

MISSING = 3


def main(path: str, folder: str) -> int:
    """Write the SavedModel of the model ``path`` to ``folder``."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    try:
        import tensorflow as tf  # type: ignore[import-untyped]  # it has no stubs
    except ImportError:
        return MISSING
    write(tf, tf.keras.models.load_model(path, compile=False), folder)
    return 0


def write(tf: Any, model: Any, folder: str) -> None:
    """Write the SavedModel of a Keras model."""
    specs = [tf.TensorSpec(tensor.shape, tensor.dtype, _name(tensor)) for tensor in model.inputs]

    def call(*given: Any) -> dict[str, Any]:
        """The outputs by name; a model takes its inputs as it has them."""
        made = model(list(given) if len(given) > 1 else given[0], training=False)
        flat = tf.nest.flatten(made)
        names = getattr(model, "output_names", [])
        own = names if len(names) == len(set(names)) == len(flat) else [f"output_{i}" for i in range(len(flat))]
        return dict(zip(own, flat, strict=True))

    holder = tf.Module()
    holder.model = model
    function = tf.function(call, input_signature=specs)
    tf.saved_model.save(holder, folder, signatures={"serving_default": function})


def _name(tensor: Any) -> str:
    return str(tensor.name).partition(":")[0].replace("/", "_")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
