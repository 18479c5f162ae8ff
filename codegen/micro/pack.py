"""Weights in the order in which the micro-kernels stream them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dldt.codegen.micro.problem import Problem, Tile
from dldt.compiler.types import Array


def packed_size(problem: Problem, tile: Tile) -> int:
    """Bytes of the packed weights."""
    return problem.groups * problem.vectors(tile.lanes) * tile.lanes * problem.depth * 4


def pack_weights(weights: Array, problem: Problem, tile: Tile) -> Iterator[memoryview]:
    """Panels in order: ``weights`` is [groups, outputs, inputs, kernel rows, kernel columns]; a panel holds, for each
    chunk of input channels, row, column and channel of the chunk, one vector a column tile, padded with zeros."""
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
            yield from pack_panel(part, tile.chunk)


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
