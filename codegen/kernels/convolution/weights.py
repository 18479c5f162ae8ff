"""Whether storing a contraction's weights in fewer bits than they are multiplied in saves time: it does where reading
the weights takes longer than computing with them."""

from __future__ import annotations

import attrs

from dldt.codegen.kernels.convolution.pack import packed_size
from dldt.codegen.kernels.convolution.problem import Problem
from dldt.codegen.kernels.convolution.tiles import choose_tile
from dldt.codegen.kernels.stream import is_cold
from dldt.codegen.kernels.typical_sizes import TypicalSizes
from dldt.codegen.target import Target

GAIN = 1.25
"""How many times faster the estimate must be than that of f32 weights, which are exact."""


def saves_time(problem: Problem, target: Target, streamed: int, sizes: TypicalSizes, gain: float = GAIN) -> bool:
    """Whether the problem's arithmetic, which widens weights, is estimated to be ``gain`` times as fast as the one
    without widening. ``streamed`` is how many bytes of the model's weights an inference reads, in the model's types: it
    decides whether the weights stay in a cache between inferences."""
    return not problem.channelwise and relative_cycles(problem, target, streamed, sizes) * gain < 1


def relative_cycles(problem: Problem, target: Target, streamed: int, sizes: TypicalSizes) -> float:
    """The cycles of an arithmetic that widens weights, relative to those without widening: 1 where there are no
    weights, as in a phase of a transposed convolution whose strides are larger than its kernel."""
    plain = _cycles(attrs.evolve(problem, arithmetic=problem.arithmetic.multiplied), target, streamed, sizes)
    return _cycles(problem, target, streamed, sizes) / plain if plain else 1.0


def _cycles(problem: Problem, target: Target, streamed: int, sizes: TypicalSizes) -> float:
    """Cycles of one core: reading the weights, and the multiply-adds with each weight widened once for every row of
    register tiles. A free number of pixels counts as one: with more pixels the weights cost little either way."""
    tile = choose_tile(problem.assumed(sizes), target)
    pixels = problem.pixels() * problem.batch
    count = pixels if isinstance(pixels, int) else 1
    passes = -(-count // tile.rows)
    size = packed_size(problem, tile)
    taps = problem.kernel[0] * problem.kernel[1]
    vectors = problem.groups * problem.vectors(target.block) * taps * problem.arithmetic.steps(problem.inputs)
    sums = vectors * (count + problem.arithmetic.widening * passes) / target.fma_per_cycle
    read = size / _rate(target, streamed)
    return max(sums, read) + 0.3 * min(sums, read)


def _rate(target: Target, streamed: int) -> float:
    """Bytes of weights that arrive in a cycle."""
    rate = target.cpu.bandwidth
    if streamed <= target.l2 // 2:
        return rate.l2
    return rate.memory if is_cold(streamed, target) else rate.l3
