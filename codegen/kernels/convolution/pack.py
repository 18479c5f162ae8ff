"""Weights in the order in which micro-kernels stream them, and in the type in which they are stored."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from dldt.codegen.kernels.convolution.part import ContractionPart
from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile
from dldt.codegen.llvm.arithmetic import Arithmetic
from dldt.codegen.task.packing import Packing
from dldt.compiler.types import Array


@attrs.frozen
class PanelOrder:
    """The order of packed weights: panels of ``width`` vectors of ``lanes`` output channels, ``chunk`` input channels
    at a time, in the type in which ``arithmetic`` stores them."""

    width: int
    lanes: int
    chunk: int
    arithmetic: Arithmetic


def packing(part: ContractionPart, problem: Problem, tile: RegisterTile) -> Packing | None:
    """The weights of ``part`` as the tile streams them; ``problem`` says in which arithmetic. None where they are
    computed."""
    if problem.computed:
        return None
    # Of a single tap, the channels follow each other whatever the chunk is.
    whole = problem.kernel == (1, 1) and problem.arithmetic.products == 1
    width = min(tile.columns, problem.vectors(tile.lanes))
    order = PanelOrder(width, tile.lanes, 1 if whole else tile.chunk, problem.arithmetic)
    return Packing(part.content, order, packed_size(problem, tile), lambda: pack_weights(part.weights(), problem, tile))


def packed_size(problem: Problem, tile: RegisterTile) -> int:
    """Bytes of the packed weights."""
    return problem.groups * problem.vectors(tile.lanes) * column_size(problem, tile)


def column_size(problem: Problem, tile: RegisterTile) -> int:
    """Bytes of the packed weights of one vector of output channels."""
    whole, rest = divmod(problem.inputs, tile.chunk)
    arithmetic = problem.arithmetic
    if arithmetic.grid:
        return arithmetic.grid.size(problem.inputs, tile.lanes)
    steps = whole * arithmetic.steps(tile.chunk) + arithmetic.steps(rest)
    return problem.kernel[0] * problem.kernel[1] * steps * arithmetic.vector_size(tile.lanes)


def pack_weights(weights: Array, problem: Problem, tile: RegisterTile) -> Iterator[memoryview]:
    """The packed panels in order. ``weights`` is [groups, outputs, inputs, kernel rows, kernel columns]. For each chunk
    of input channels, kernel row, kernel column and channel of the chunk, a panel holds one vector for each of its
    vectors of output channels, padded with zeros. Elements have the type in which the problem's arithmetic stores
    weights; those that are multiplied in one lane are adjacent."""
    lanes = tile.lanes
    for group in range(problem.groups):
        filters = weights[group]
        for panel in range(tile.panels(problem)):
            first = panel * tile.columns * lanes
            columns = tile.columns if panel + 1 < tile.panels(problem) else tile.last_columns(problem)
            grid = problem.arithmetic.grid
            if grid:
                yield from grid.pack(filters[first : first + columns * lanes, :, 0, 0], lanes)
                continue
            part = problem.arithmetic.stored(filters[first : first + columns * lanes])
            short = columns * lanes - part.shape[0]
            if short:
                part = np.concatenate([part, np.zeros((short, *part.shape[1:]), part.dtype)])
            yield from pack_panel(part, tile.chunk, problem.arithmetic)


def pack_panel(part: Array, chunk: int, arithmetic: Arithmetic) -> Iterator[memoryview]:
    """[width, inputs, kh, kw] → [inputs/chunk][kh][kw][steps of a chunk][width][products], then the rest of the
    channels in the same order. A chunk that does not fill its last step is padded with zeros."""
    width, inputs, kh, kw = part.shape
    whole = inputs // chunk * chunk
    for channels, size in ((part[:, :whole], chunk), (part[:, whole:], inputs - whole)):
        if not channels.size:
            continue
        beside = arithmetic.side_by_side(channels.reshape(width, -1, size, kh, kw))
        yield np.ascontiguousarray(beside.transpose(1, 4, 5, 2, 0, 3)).reshape(-1).view(np.uint8).data
