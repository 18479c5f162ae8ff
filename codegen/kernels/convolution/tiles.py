"""The choice of a register tile for a contraction on a target."""

from __future__ import annotations

from collections.abc import Iterator

from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile
from dldt.codegen.kernels.register_tiles import CODE_LIMIT, parts, register_tiles, tile_cycles, unshared_rows
from dldt.codegen.kernels.stream import stream
from dldt.codegen.llvm.arithmetic import Arithmetic
from dldt.codegen.target import Target

_FEW = 4
"""Tiles of at most this many rows are limited by the rate at which weights come from memory."""


def choose_tile(problem: Problem, target: Target) -> RegisterTile:
    """The tile with the lowest estimated cycles; larger ones win ties."""
    if problem.channelwise:
        return _channelwise_tile(problem, target)
    count, vectors = _run(problem), problem.vectors(target.block)
    best, best_cost = (1, 1), float("inf")
    step = problem.source.dtype.size * problem.source.pixel * problem.strides[1]
    most, widest = min(max(1, count), unshared_rows(step, target)), min(vectors, _widest(problem, count, target))
    for rows, columns in register_tiles(target, problem.arithmetic):
        if rows > most or columns > widest:
            continue
        cost = _cycles(count, vectors, rows, columns, target, problem.arithmetic)
        if cost < best_cost * 0.999:
            best, best_cost = (rows, columns), cost
    rows, columns = best
    return RegisterTile(rows, columns, choose_chunk(problem, rows * columns, target.block), target.block)


def _widest(problem: Problem, count: int, target: Target) -> int:
    """The most columns of a tile where ``count`` pixels lie in a row.

    A tile of few rows whose weights come from memory is limited by the memory's rate. It reads at most one cache line
    of adjacent weights for each of its rows, and one more: wider tiles (1×8 of AVX-512) get three quarters of the rate.
    """
    size = problem.arithmetic.sums.size
    streamed = count <= _FEW and size * problem.depth * problem.outputs > target.l2 // 2
    return -(-target.cpu.caches.line * (count + 1) // (size * target.block)) if streamed else target.registers


def is_narrow(problem: Problem, target: Target) -> bool:
    """Whether there are so few output channels that vectors of results should run along pixels."""
    return problem.groups == 1 and not problem.channelwise and problem.outputs * 4 <= target.block


def narrow_tile(problem: Problem, target: Target) -> RegisterTile:
    """The tile of a narrow problem: whole vectors of pixels by the only vector of channels."""
    most = max(rows for rows, columns in register_tiles(target, problem.arithmetic) if columns == 1)
    rows = max(1, most // target.block) * target.block
    return RegisterTile(rows, 1, choose_chunk(problem, rows, target.block), target.block)


def tiles(problem: Problem, target: Target) -> Iterator[RegisterTile]:
    """Every tile that fits the registers and the problem, with the chosen chunk, half of it, and twice of it."""
    if problem.channelwise:
        yield from (RegisterTile(rows, 1, 1, target.block) for rows in _channelwise_rows(problem, target))
        return
    count, vectors = _run(problem), problem.vectors(target.block)
    for rows, columns in register_tiles(target, problem.arithmetic):
        if rows > max(1, count) or columns > vectors:
            continue
        chunk = choose_chunk(problem, rows * columns, target.block)
        most = choose_chunk(problem, max(1, rows * columns // 2), target.block)
        for size in dict.fromkeys((chunk, chunk // 2 or 1, most)):
            yield RegisterTile(rows, columns, size, target.block)


def _run(problem: Problem) -> int:
    """The number of pixels that a tile finds in one row."""
    pixels = problem.pixels() if problem.is_pointwise else problem.output[1]
    assert isinstance(pixels, int)
    return pixels


def tile_rows(problem: Problem, tile: RegisterTile) -> int:
    """Tiles of pixels that cover all images, or one where their number is free."""
    rows = 1 if problem.is_pointwise else problem.output[0]
    images = problem.batch if isinstance(problem.batch, int) else 1
    assert isinstance(rows, int)
    return images * rows * -(-_run(problem) // tile.rows)


def _channelwise_tile(problem: Problem, target: Target) -> RegisterTile:
    """The channelwise tile: as many pixels as the registers hold together with the data that pixels share, but few
    enough that reads and writes mix."""
    taps, stride = problem.kernel[1], problem.strides[1]
    reach = max(target.cpu.fit.row_reads, taps + 4 * stride)
    most = max(rows for rows in _channelwise_rows(problem, target) if rows == 1 or (rows - 1) * stride + taps <= reach)
    count = -(-_run(problem) // most)
    return RegisterTile(-(-_run(problem) // count), 1, 1, target.block)


def _channelwise_rows(problem: Problem, target: Target) -> list[int]:
    """Numbers of pixels for which the registers hold the accumulators, the pixels read and the weights of a row."""
    taps, most = problem.kernel[1], target.registers // problem.arithmetic.registers
    return [
        rows
        for rows in range(1, min(most, _run(problem) + 1))
        if rows == 1 or rows + min(rows * taps, (rows - 1) * problem.strides[1] + taps) + taps + 1 <= most
    ]


def choose_chunk(problem: Problem, accumulators: int, lanes: int) -> int:
    """Input channels to unroll. The code size bounds them, and a chunk never crosses a channel block. One where
    consecutive channels have no fixed stride, and where weights lie so."""
    if problem.shuffle > 1 or (problem.computed and problem.kernel != (1, 1)):
        return 1
    taps = max(1, problem.kernel[1])
    block = problem.source.block
    if problem.groups > 1 and block:
        limit = _common(problem.inputs, block)
    elif block:
        limit = block
    else:
        limit = 16 if problem.source.channel == 1 else 4
    chunk = 1
    while (
        chunk * 2 <= limit
        and limit % (chunk * 2) == 0
        and problem.arithmetic.steps(chunk * 2) * taps * accumulators <= CODE_LIMIT
    ):
        chunk *= 2
    return min(chunk, problem.inputs)


def _common(inputs: int, block: int) -> int:
    size = 1
    while size < block and inputs % (size * 2) == 0:
        size *= 2
    return size


def _cycles(pixels: int, vectors: int, rows: int, columns: int, target: Target, arithmetic: Arithmetic) -> float:
    """Cycles for one step of the depth over all pixels and vectors."""
    total = 0.0
    for r, row_count in parts(pixels, rows):
        for c, column_count in parts(vectors, columns):
            total += row_count * column_count * tile_cycles(r, c, target, arithmetic)
    return total


def direct_cycles(problem: Problem, tile: RegisterTile, target: Target) -> float:
    """Cycles for all images (for one where their number is free): the multiply-adds, and reading the weights from
    memory."""
    vectors = problem.vectors(target.block)
    each = _cycles(_run(problem), vectors, tile.rows, tile.columns, target, problem.arithmetic)
    rows = 1 if problem.is_pointwise else problem.output[0]
    images = problem.batch if isinstance(problem.batch, int) else 1
    assert isinstance(rows, int)
    steps = problem.kernel[0] * problem.kernel[1] * problem.arithmetic.steps(problem.inputs)
    sums = images * problem.groups * rows * (steps * each + target.cpu.fit.result * _run(problem) * vectors)
    size = problem.arithmetic.vector_size(target.block)
    streamed = stream(size * problem.groups * steps * vectors, 1, target, cold=problem.cold)
    return max(sums, streamed) + 0.3 * min(sums, streamed)
