"""The roofline: the least time of a model's step on a machine, bound by its arithmetic or by moving its bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

COMPUTE = "compute"
MEMORY = "memory"


@dataclasses.dataclass(frozen=True)
class Level:
    """A cache: the bytes that it holds for all threads together, and the GB/s at which they read them."""

    name: str
    size: int
    gbytes: float


@dataclasses.dataclass(frozen=True)
class Peaks:
    """The peaks of so many threads together: GFLOP/s of f32 multiply-adds (two operations each), GB/s of reading
    memory, and ``caches``, the nearest first."""

    threads: int
    gflops: float
    gbytes: float
    caches: tuple[Level, ...] = ()

    def holding(self, size: int) -> tuple[str, float]:
        """The name and the GB/s of the nearest level of memory that holds ``size`` bytes."""
        return next(((c.name, c.gbytes) for c in self.caches if size <= c.size), (MEMORY, self.gbytes))


@dataclasses.dataclass(frozen=True)
class LeastTime:
    """The least time in seconds, and what bounds it: ``compute``, or the level of memory that most of the bytes come
    from."""

    seconds: float
    by: str


def bounds(steps: Sequence[Mapping[str, Any]], peaks: Peaks, operations: str = "operations") -> list[LeastTime | None]:
    """The roofline of every step of one model; None for a step whose operations and bytes are both unknown.

    A step takes at least the time of its ``operations`` at the FMA peak (twice that peak in bf16, by ``pair``), and at
    least the time of moving its bytes at the bandwidth of the level that holds them. Weights are read once an
    inference; their level is the nearest that holds all weights together with the largest step's data. A step's other
    operands were just written; their level is the nearest that holds them. Bytes that pass through scratch memory
    (Winograd's transformed tiles) come from the second level. ``operations="flops"`` counts operations by their
    definition instead; an algorithm may need fewer.
    """
    touched = sum(_number(step, "weights") for step in steps)
    touched += max((_number(step, "bytes") - _number(step, "weights") for step in steps), default=0)
    return [_bound(step, peaks, operations, touched) for step in steps]


def _bound(step: Mapping[str, Any], peaks: Peaks, operations: str, touched: int) -> LeastTime | None:
    count, moved, weights = (_number(step, key) for key in (operations, "bytes", "weights"))
    if not count and not moved:
        return None
    parts = [(weights, *peaks.holding(touched)), (moved - weights, *peaks.holding(moved - weights))]
    passed = _number(step, "passed")
    if passed:
        second = peaks.caches[1] if len(peaks.caches) > 1 else Level(MEMORY, 0, peaks.gbytes)
        parts.append((passed, second.name, second.gbytes))
    times = [(size / rate / 1e9, name) for size, name, rate in parts]
    way, compute = sum(time for time, _ in times), count / (peaks.gflops * (_number(step, "pair") or 1)) / 1e9
    return LeastTime(compute, COMPUTE) if compute >= way else LeastTime(way, max(times)[1])


def _number(step: Mapping[str, Any], key: str) -> int:
    return step.get(key) or 0
