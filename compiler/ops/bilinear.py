"""Pixels between pixels in numpy."""

from __future__ import annotations

import numpy as np

from dldt.compiler.types import Array


def bilinear(pictures: Array, batch: Array, y: Array, x: Array) -> Array:
    """Values [P, C] of ``pictures`` [N, C, H, W] at rows ``y`` and columns ``x`` [P], which lie between the first and
    the last ones, of picture ``batch`` [P]."""
    high, wide = pictures.shape[2:]
    top, left = (np.floor(at).astype(np.int64) for at in (y, x))
    bottom, right = np.minimum(top + 1, high - 1), np.minimum(left + 1, wide - 1)
    down, over = (y - top)[:, None], (x - left)[:, None]
    upper = pictures[batch, :, top, left] * (1 - over) + pictures[batch, :, top, right] * over
    lower = pictures[batch, :, bottom, left] * (1 - over) + pictures[batch, :, bottom, right] * over
    return upper * (1 - down) + lower * down
