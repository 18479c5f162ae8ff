"""Inputs for models of free sizes: pages of text, sound, indices."""

from __future__ import annotations

import numpy as np

from benchmarks.free_sizes import SCALARS

Array = np.ndarray

_COLOURS, _INDICES = 3, 30


def feed(name: str, shape: tuple[int, ...], dtype: np.dtype) -> Array:
    """An input of a model, the same each time. Images show something: a detector of text answers noise with numbers so
    small that errors say nothing."""
    rng = np.random.default_rng(0)
    if name in SCALARS:
        return np.full(shape, SCALARS[name], dtype)
    if dtype.kind in "iu":
        return rng.integers(0, _INDICES, shape).astype(dtype)
    if len(shape) == 4 and shape[1] == _COLOURS:
        return _pages(shape, rng).astype(dtype)
    if len(shape) == 4 and shape[3] == _COLOURS:
        return np.moveaxis(_pages((shape[0], _COLOURS, *shape[1:3]), rng), 1, 3).astype(dtype)
    return rng.uniform(-1, 1, shape).astype(dtype)


def _pages(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Light images with lines of dark strokes."""
    made, (_, _, rows, pixels) = np.full(shape, 0.9), shape
    for image in made:
        for top in range(4, rows - 12, 20):
            for left in range(4, pixels - 6, 7):
                high, wide, down = rng.integers(3, 11), rng.integers(2, 6), rng.integers(4)
                image[:, top + down : top + down + high, left : left + wide] = -0.9
    return np.asarray(made + rng.uniform(-0.05, 0.05, shape))
