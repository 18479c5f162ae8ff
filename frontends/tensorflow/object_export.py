"""Models of TensorFlow in memory → a SavedModel. They are the caller's, and so is the TensorFlow that made them."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dldt.compiler.errors import UsageError
from dldt.frontends.tensorflow.keras_export import write


@contextmanager
def saved_object(model: object) -> Iterator[Path]:
    """The SavedModel of a Keras model, a concrete function, or a ``tf.function`` with one signature, while the block
    runs. Raises UsageError for anything else."""
    tf: Any = sys.modules.get("tensorflow")
    given: Any = model
    kind = f"{type(model).__module__}.{type(model).__qualname__}"
    if tf is None:
        raise UsageError(f"a model is a path, or an object of TensorFlow: {kind} is given")
    with tempfile.TemporaryDirectory(prefix="dldt-object-") as folder:
        if callable(model) and hasattr(model, "inputs") and hasattr(model, "layers"):
            if not given.inputs:
                raise UsageError("the Keras model has no inputs yet; call it once, or give its concrete function")
            write(tf, given, folder)
        else:
            _write_function(tf, _concrete(given, kind), folder)
        yield Path(folder)


def _concrete(given: Any, kind: str) -> Any:
    if hasattr(given, "structured_input_signature") and hasattr(given, "graph"):
        return given
    if not hasattr(given, "get_concrete_function"):
        signatures = getattr(given, "signatures", None)
        more = f"; give one of its signatures: {', '.join(map(repr, signatures))}" if signatures else ""
        raise UsageError(
            f"a model is a path, a Keras model, or a concrete function of TensorFlow: {kind} is given{more}"
        )
    try:
        return given.get_concrete_function()
    except (TypeError, ValueError) as error:
        raise UsageError(
            "the tf.function has not one signature; give what its get_concrete_function(tf.TensorSpec(…)) returns"
        ) from error


def _write_function(tf: Any, concrete: Any, folder: str) -> None:
    holder = tf.Module()
    holder.captured = [variable for variable in concrete.graph.variables]
    tf.saved_model.save(holder, folder, signatures={"serving_default": concrete})
