"""Constants that vary along one axis only: per-channel scales and shifts."""

from __future__ import annotations

import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.types import Array


def channel_vector(array: Array, rank: int, axis: int, channels: Dim) -> Array | None:
    """``array``, broadcast against a value of ``rank``, as a vector along ``axis`` (1 or ``channels`` long).

    None where it varies along another axis, where it would broadcast the value to a larger shape, or where it has more
    dims than the value.
    """
    if array.ndim > rank:
        return None
    shape = (1,) * (rank - array.ndim) + array.shape
    if any(size != 1 for i, size in enumerate(shape) if i != axis):
        return None
    if shape[axis] not in (1, channels):
        return None
    return array.reshape(-1)


def channel_shape(vector: Array, rank: int, axis: int) -> Array:
    """A channel vector as a constant that broadcasts: ``[1,C,1,1]`` along axis 1 of 4, ``[C]`` along the last axis."""
    if axis == rank - 1:
        return vector.reshape(-1)
    return vector.reshape((1,) * axis + (-1,) + (1,) * (rank - axis - 1))


def product_in(dtype: np.dtype[np.generic], a: Array, b: Array) -> Array:
    """``a * b`` rounded once to ``dtype``: types narrower than f32 are multiplied in f32."""
    wide = np.float32 if dtype.itemsize < 4 else dtype
    return np.asarray(np.multiply(a, b, dtype=wide)).astype(dtype, copy=False)
