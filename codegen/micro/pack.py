"""Weights in the order in which the micro-kernels stream them, and as they store them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dldt.codegen.micro.problem import Problem, Tile
from dldt.compiler.types import Array, DType

_SMALLEST_HALF = 2.0**-14
"""The least half that is no denormal."""


def packed_size(problem: Problem, tile: Tile) -> int:
    """Bytes of the packed weights."""
    return problem.groups * problem.vectors(tile.lanes) * tile.lanes * problem.depth * problem.weights.size


def pack_weights(weights: Array, problem: Problem, tile: Tile) -> Iterator[memoryview]:
    """Panels in order: ``weights`` is [groups, outputs, inputs, kernel rows, kernel columns]; a panel holds, for each
    chunk of input channels, row, column and channel of the chunk, one vector a column tile, padded with zeros. 16-bit
    weights are rounded to nearest, ties to even."""
    lanes = tile.lanes
    for group in range(problem.groups):
        filters = np.asarray(weights[group], dtype=np.float32)
        for panel in range(tile.panels(problem)):
            first = panel * tile.columns * lanes
            columns = tile.columns if panel + 1 < tile.panels(problem) else tile.last_columns(problem)
            part = filters[first : first + columns * lanes]
            short = columns * lanes - part.shape[0]
            if short:
                part = np.concatenate([part, np.zeros((short, *part.shape[1:]), np.float32)])
            yield from pack_panel(part.astype(problem.weights.numpy, copy=False), tile.chunk)


def misfit(weights: Array, dtype: DType) -> str:
    """Why ``weights`` cannot be stored as ``dtype``; nothing where they can. A finite weight must not become infinite;
    where the root of the mean square is a denormal half, rounding loses more than it does of other numbers."""
    if _overflows(weights, dtype):
        return f"a weight is beyond the largest {dtype}"
    flat = np.ascontiguousarray(weights).reshape(-1)
    if dtype is DType.f16 and 0 < np.vdot(flat, flat) < flat.size * _SMALLEST_HALF**2:
        return f"the weights are too small for {dtype}"
    return ""


def _overflows(weights: Array, dtype: DType) -> bool:
    low, high = weights.min(initial=0), weights.max(initial=0)
    if not np.isfinite(low) or not np.isfinite(high):
        finite = weights[np.isfinite(weights)]
        low, high = finite.min(initial=0), finite.max(initial=0)
    with np.errstate(over="ignore"):
        return bool(np.isinf(np.array([low, high]).astype(dtype.numpy)).any())


def pack_panel(part: Array, chunk: int) -> Iterator[memoryview]:
    """[width, inputs, kh, kw] → [inputs/chunk][kh][kw][chunk][width], then the rest of the channels likewise."""
    width, inputs, kh, kw = part.shape
    whole = inputs // chunk * chunk
    if whole:
        cut = part[:, :whole].reshape(width, whole // chunk, chunk, kh, kw)
        yield np.ascontiguousarray(cut.transpose(1, 3, 4, 2, 0)).reshape(-1).view(np.uint8).data
    if inputs > whole:
        rest = np.ascontiguousarray(part[:, whole:].transpose(2, 3, 1, 0))
        yield rest.reshape(-1).view(np.uint8).data
