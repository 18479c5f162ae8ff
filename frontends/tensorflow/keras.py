"""A Keras model (.keras, .h5) → a SavedModel, by Keras itself in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.safe_open import open_regular
from dldt.frontends.engine.format import Options

_SUFFIXES = (".keras", ".h5", ".hdf5")
_MISSING = 3
"""What the process returns where TensorFlow is not installed."""


@contextmanager
def opened(path: Path, options: Options) -> Iterator[tuple[Path, Options]]:
    """The model and its options; of a Keras model the SavedModel that is there while the block runs. Raises UsageError
    where TensorFlow is missing, InputError where Keras cannot load the file."""
    if path.suffix.lower() not in _SUFFIXES or path.is_dir():
        yield path, options
        return
    open_regular(path).close()
    with tempfile.TemporaryDirectory(prefix="dldt-keras-") as folder:
        _export(path, Path(folder))
        yield Path(folder), options


def _export(path: Path, folder: Path) -> None:
    script = Path(__file__).with_name("keras_export.py")
    # -P: what stands beside the script is not in the way of what it imports
    command = [sys.executable, "-P", str(script), str(path.resolve()), str(folder)]
    left = budget().left
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=left if left < 1e6 else None, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise InputError(f"{path}: Keras has not loaded the model in {left:.0f} s") from error
    if done.returncode == _MISSING:
        raise UsageError(
            f"{path}: Keras models are read by TensorFlow, which is not installed: pip install 'dldt[tensorflow]', or "
            "export the model as a SavedModel (model.export)"
        )
    if done.returncode or not (folder / "saved_model.pb").is_file():
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise InputError(f"{path}: Keras cannot load the model: {last[:300]}")
