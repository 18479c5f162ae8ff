"""Three ways to run a model, checked and timed: the artifact of free sizes, the one for a size, onnxruntime."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.free_case import FreeCase, Shape
from benchmarks.sessions import onnxruntime_session
from dldt import runtime
from dldt.tools.api import compile_model, read_model

Array = np.ndarray

TINY = 1e-3
"""Outputs that are all below this are compared with it instead of with the largest."""

SHORT = 2e-3
"""Seconds that a round of short runs takes together."""


@dataclasses.dataclass(frozen=True)
class Row:
    """The times of one size in milliseconds, and the largest error of an output whose largest value is ``largest``."""

    threads: int
    fixed: float
    free: float
    peer: float
    error: float
    largest: float

    def is_right(self, limit: float) -> bool:
        """Whether the outputs are onnxruntime's."""
        return self.error <= limit * max(self.largest, TINY)

    def told(self) -> str:
        """The error, for people."""
        share = self.error / max(self.largest, TINY)
        return f"{share:.0e}" if self.largest >= TINY else f"{share:.0e} of {TINY:.0e}: all outputs are smaller"


def race(
    case: FreeCase, shapes: dict[str, Shape], folder: Path, target: str, threads: Sequence[int], rounds: int
) -> Iterator[Row]:
    """The row of each number of threads. ``folder`` holds ``free.so``."""
    feeds = case.feeds(shapes)
    compile_model(read_model(case.source, inputs=shapes), folder / "fixed.so", target)
    for count in threads:
        peer = onnxruntime_session(case.source, count)
        wanted = peer.run(None, feeds)
        with (
            runtime.load(folder / "free.so", threads=count) as free,
            runtime.load(folder / "fixed.so", threads=count) as fixed,
        ):
            error, largest = difference(list(free.run(feeds).values()), wanted)
            runs = (lambda m=fixed: m.run(feeds), lambda m=free: m.run(feeds), lambda p=peer: p.run(None, feeds))
            yield Row(count, *_least_times(runs, rounds), error, largest)


def difference(found: Sequence[Array], wanted: Sequence[Array]) -> tuple[float, float]:
    """The largest error of any output as a share of its largest value, as that error and that value. Infinite where
    shapes differ."""
    worst = (0.0, 0.0)
    for a, b in zip(found, wanted, strict=True):
        if a.shape != b.shape:
            return float("inf"), 1.0
        if b.size:
            one, other = a.astype(np.float64), b.astype(np.float64)
            worst = max(worst, (float(np.abs(one - other).max()), float(np.abs(other).max())), key=_share)
    return worst


def _share(pair: tuple[float, float]) -> tuple[float, float]:
    return pair[0] / max(pair[1], TINY), pair[1]


def _least_times(runs: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """The least milliseconds of each, which run in turns. Short runs are repeated in each round."""
    counts = []
    for run in runs:
        run()
        started = time.perf_counter()
        run()
        counts.append(1 + int(SHORT / max(time.perf_counter() - started, 1e-6)))
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, count, own in zip(runs, counts, times, strict=True):
            started = time.perf_counter()
            for _ in range(count):
                run()
            own.append(1000 * (time.perf_counter() - started) / count)
    return [min(own) for own in times]
