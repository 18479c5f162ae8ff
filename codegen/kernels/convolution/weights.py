"""Whether it saves time to store the weights of a contraction in fewer bits than they are multiplied in: where reading
them takes longer than using them."""

from __future__ import annotations

import attrs

from dldt.codegen.kernels.convolution.pack import packed_size
from dldt.codegen.kernels.convolution.problem import Problem, row_tiles
from dldt.codegen.kernels.convolution.tiles import choose_tile
from dldt.codegen.kernels.stream import is_cold
from dldt.codegen.target import Target

_WIDEN = 2
"""Instructions that make a vector of f32 of 16-bit weights: bf16 is widened and shifted, f16 converted by two."""

GAIN = 1.25
"""How much faster an estimate must be than that of f32 weights, which are exact."""


def saves_time(problem: Problem, target: Target, streamed: int) -> bool:
    """Whether the problem's arithmetic, which widens weights, is estimated faster than the one that it widens them for.
    ``streamed`` is what an inference reads of all weights of the model, in bytes as the model has them: it decides
    whether they stay in a cache from one inference to the next."""
    if problem.channelwise:
        return False
    plain = attrs.evolve(problem, arithmetic=problem.arithmetic.multiplied)
    return _cycles(problem, target, streamed) * GAIN < _cycles(plain, target, streamed)


def _cycles(problem: Problem, target: Target, streamed: int) -> float:
    """Cycles of one core: the weights' way, and the multiply-adds with the widening of each weight, once a row of
    register tiles. A free number of pixels counts as one: with more the weights cost little either way."""
    tile = choose_tile(problem, target)
    pixels = problem.pixels() * problem.batch
    count = pixels if isinstance(pixels, int) else 1
    passes = row_tiles(count, tile.rows)
    assert isinstance(passes, int)
    size = packed_size(problem, tile)
    vectors = size / problem.arithmetic.vector_size(target.block)
    widened = _WIDEN * passes if problem.arithmetic.widened else 0
    sums = vectors * (count + widened) / target.fma_per_cycle
    read = size / _rate(target, streamed)
    return max(sums, read) + 0.3 * min(sums, read)


def _rate(target: Target, streamed: int) -> float:
    """Bytes a cycle at which weights arrive."""
    rate = target.cpu.bandwidth
    if streamed <= target.l2 // 2:
        return rate.l2
    return rate.memory if is_cold(streamed, target) else rate.l3
