"""The order of the axes that a Transpose asks for."""

from __future__ import annotations

import numpy as np

from dldt.compiler.types import Array


def permutation(order: Array, rank: int) -> Array:
    """The order input of a Transpose of ``rank`` dims as a vector of i64; an empty one reverses the axes."""
    given = np.asarray(order, np.int64).ravel()
    return given if given.size else np.arange(rank)[::-1]
