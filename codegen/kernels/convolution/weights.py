"""Whether the weights of a contraction are stored in 16 bits: where reading them takes longer than using them."""

from __future__ import annotations

from dldt.codegen.kernels.convolution.pack import packed_size
from dldt.codegen.kernels.convolution.problem import Problem, row_tiles
from dldt.codegen.kernels.convolution.tiles import choose_tile
from dldt.codegen.kernels.stream import is_cold
from dldt.codegen.target import Target
from dldt.compiler.types import DType

_WIDEN = 2
"""Instructions that make a vector of f32 of 16-bit weights: bf16 is widened and shifted, f16 converted by two."""

GAIN = 1.25
"""How much faster an estimate must be than that of f32 weights, which are exact."""


def weights_dtype(problem: Problem, target: Target, wanted: DType, streamed: int) -> DType:
    """``wanted`` where it is estimated to save time, else f32. ``streamed`` is what an inference reads of all weights
    of the model, in bytes of f32: it decides whether they stay in a cache from one inference to the next."""
    if wanted is DType.f32 or problem.channelwise:
        return DType.f32
    f32, narrow = (_cycles(problem, target, dtype, streamed) for dtype in (DType.f32, wanted))
    return wanted if narrow * GAIN < f32 else DType.f32


def _cycles(problem: Problem, target: Target, dtype: DType, streamed: int) -> float:
    """Cycles of one core: the weights' way, and the multiply-adds with the widening of each weight, once a row of
    register tiles. A free number of pixels counts as one: with more the weights cost little either way."""
    tile = choose_tile(problem, target)
    pixels = problem.pixels() * problem.batch
    count = pixels if isinstance(pixels, int) else 1
    passes = row_tiles(count, tile.rows)
    assert isinstance(passes, int)
    size = packed_size(problem, tile)
    vectors = size / 4 / target.block
    widened = 0 if dtype is DType.f32 else _WIDEN * passes
    sums = vectors * (count + widened) / target.fma_per_cycle
    read = size * dtype.size / 4 / _rate(target, streamed)
    return max(sums, read) + 0.3 * min(sums, read)


def _rate(target: Target, streamed: int) -> float:
    """Bytes a cycle at which weights arrive."""
    rate = target.cpu.bandwidth
    if streamed <= target.l2 // 2:
        return rate.l2
    return rate.memory if is_cold(streamed, target) else rate.l3
