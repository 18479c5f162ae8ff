"""The least time that a step of a model can take on a machine: its arithmetic, or the way of its bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

COMPUTE = "compute"
MEMORY = "memory"


@dataclasses.dataclass(frozen=True)
class Level:
    """A cache: how many bytes all threads together find in it, and how many GB/s of them they read."""

    name: str
    size: int
    gbytes: float


@dataclasses.dataclass(frozen=True)
class Peaks:
    """Of so many threads together: GFLOP/s of f32 multiply-adds (two operations each), GB/s of reading memory, and
    ``caches``, the nearest first."""

    threads: int
    gflops: float
    gbytes: float
    caches: tuple[Level, ...] = ()

    def holding(self, size: int) -> tuple[str, float]:
        """The nearest level of memory that holds so many bytes: its name and GB/s."""
        return next(((c.name, c.gbytes) for c in self.caches if size <= c.size), (MEMORY, self.gbytes))


@dataclasses.dataclass(frozen=True)
class LeastTime:
    """The least seconds, and what makes them: ``compute``, or the level of memory that most of the bytes come from."""

    seconds: float
    by: str


def bounds(steps: Sequence[Mapping[str, Any]], peaks: Peaks, operations: str = "operations") -> list[LeastTime | None]:
    """The roofline of every step of one model; None where neither operations nor bytes are known.

    A step takes no less than its ``operations`` at the FMA peak (twice that in bf16, by ``pair``), nor than its bytes
    at the bandwidth of where they lie. Weights are read once an inference, so they lie where all weights and the
    largest step's data fit together; a step's other operands were just written, so they lie where they fit; what it
    passes through scratch memory (Winograd's transformed tiles) comes from the second level. ``operations="flops"``
    counts by the definition of the operations instead, which an algorithm may undercut.
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
