"""The logarithms of the priors of the classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.safe_open import read_regular
from dldt.compiler.types import Array

_FLOOR = 1e-10
_NEVER = float(np.finfo(np.float32).max) / 2


def log_priors(counts: str, stored: Array | None, path: Path, width: int) -> Array:
    """What is subtracted from each class: log(count / sum of counts). A class that never was seen is given so much that
    it is never found. ``counts``: a file, or nothing for what the model itself has (``stored``)."""
    if counts:
        words = read_regular(counts, max_bytes=64 << 20).replace(b"[", b" ").replace(b"]", b" ").split()
        try:
            found = np.array([float(word) for word in words], np.float64)
        except ValueError as error:
            raise InputError(f'{counts}: not the counts of classes, as "[ 1 2 3 ]"') from error
    elif stored is None or not stored.size:
        raise UsageError(f"{path}: the model has no priors; give --counts a file")
    else:
        found = np.asarray(stored, np.float64)
    if len(found) != width or not np.all(np.isfinite(found)) or found.min() < 0 or found.sum() <= 0:
        raise InputError(f"{counts or path}: {width} counts that are not negative are needed, one a class")
    floored = np.maximum(found, _FLOOR)
    logs = np.log(floored / floored.sum())
    made: Array = (logs + np.where(found < _FLOOR, _NEVER, 0.0)).astype(np.float32)
    return made
