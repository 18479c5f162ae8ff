"""Weights in the order in which the micro-kernels stream them, and as they store them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dldt.codegen.kernels.convolution.problem import Problem, Tile
from dldt.compiler.types import Array, DType

_SMALLEST_HALF = 2.0**-14
"""The least half that is no denormal."""


def packed_size(problem: Problem, tile: Tile) -> int:
    """Bytes of the packed weights."""
    return problem.groups * problem.vectors(tile.lanes) * column_size(problem, tile)


def column_size(problem: Problem, tile: Tile) -> int:
    """Bytes of the packed weights of one vector of output channels."""
    whole, rest = divmod(problem.inputs, tile.chunk)
    steps = whole * problem.steps(tile.chunk) + problem.steps(rest)
    return problem.kernel[0] * problem.kernel[1] * steps * vector_size(problem, tile)


def vector_size(problem: Problem, tile: Tile) -> int:
    """Bytes of one vector of packed weights."""
    return tile.lanes * problem.pair * problem.weights.size


def pack_weights(weights: Array, problem: Problem, tile: Tile) -> Iterator[memoryview]:
    """Panels in order: ``weights`` is [groups, outputs, inputs, kernel rows, kernel columns]; a panel holds, for each
    chunk of input channels, row, column and channel of the chunk, one vector a column tile, padded with zeros. 16-bit
    weights are rounded to nearest, ties to even; pairs of channels lie side by side."""
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
            yield from pack_panel(part.astype(problem.weights.numpy, copy=False), tile.chunk, problem.pair)


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


def pack_panel(part: Array, chunk: int, pair: int = 1) -> Iterator[memoryview]:
    """[width, inputs, kh, kw] → [inputs/chunk][kh][kw][chunk/pair][width][pair], then the rest of the channels
    likewise; a chunk that is no multiple of ``pair`` ends in zeros."""
    width, inputs, kh, kw = part.shape
    whole = inputs // chunk * chunk
    for channels, size in ((part[:, :whole], chunk), (part[:, whole:], inputs - whole)):
        if not channels.size:
            continue
        cut = channels.reshape(width, -1, size, kh, kw)
        if size % pair:
            cut = np.concatenate([cut, np.zeros_like(cut[:, :, :1])], axis=2)
        paired = cut.reshape(*cut.shape[:2], -1, pair, kh, kw)
        yield np.ascontiguousarray(paired.transpose(1, 4, 5, 2, 0, 3)).reshape(-1).view(np.uint8).data
