"""One row of benchmarks.operations in all backends: outputs compared, then timed in short interleaved rounds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx

from benchmarks.accuracy import LIMIT
from benchmarks.backend import CLOCK, OPENERS
from benchmarks.operation_row import OperationRow
from benchmarks.race import BACKENDS, PEERS
from dldt.tools.api import compile_model

Array = np.ndarray
HALF_LIMIT = 1e-2
"""The largest difference of outputs of half precision: peers round intermediate results elsewhere."""
PAUSE = 0.01
"""Seconds after a turn of several threads: those of a peer are busy for a while when their work is done."""
LEAST = 3
"""Runs of a turn, however long one takes."""


def race_operation(
    row: OperationRow, folder: Path, target: str, threads: int, rounds: int, seconds: float
) -> dict[str, dict]:
    """Median and least milliseconds of each backend, and its ``error`` against the first peer that works. A backend
    that fails has only the key ``failed``."""
    source, artifact, feeds = folder / "row.onnx", folder / f"row{threads}.so", row.feeds()
    onnx.save(row.model(), source)
    found: dict[str, dict] = {name: {} for name in BACKENDS}
    runs: dict[str, Callable[[], list[Array]]] = {}
    outputs: dict[str, list[Array]] = {}
    for name in BACKENDS:
        try:
            if name == "dldt":
                compile_model(source, artifact, target)
            _, runs[name], _ = OPENERS[name](str(artifact if name == "dldt" else source), feeds, threads, "f32")
            outputs[name] = [np.array(output) for output in runs[name]()]
        except Exception as problem:  # whatever is wrong with a backend is told in its row
            runs.pop(name, None)
            found[name] = {
                "failed": f"{type(problem).__name__}: {(str(problem).strip().splitlines() or [''])[0][:150]}"
            }
    _compare(found, outputs)
    if "failed" not in found["dldt"]:
        _time(found, {name: run for name, run in runs.items() if "failed" not in found[name]}, threads, rounds, seconds)
    return found


def _compare(found: dict[str, dict], outputs: dict[str, list[Array]]) -> None:
    """Ours must agree with the first peer that works; a peer that differs from it is not timed either."""
    reference = next((name for name in PEERS if name in outputs), None)
    if reference is None:
        return
    for name in (name for name in BACKENDS if name in outputs and name != reference):
        error, limit = difference(outputs[name], outputs[reference])
        found[name]["error"] = error
        if not error <= limit:
            found[name] = {"failed": f"outputs differ from {reference}'s by {error:.1e} of max|y|: not timed"}


def difference(ours: list[Array], reference: list[Array]) -> tuple[float, float]:
    """The largest ``max|a - b| / max|b|`` over the outputs, NaN and infinities where both have them, and the largest
    that is allowed."""
    worst, limit = 0.0, LIMIT
    for a, b in zip(ours, reference, strict=True):
        if a.shape != b.shape:
            return float("inf"), limit
        limit = max(limit, HALF_LIMIT if b.dtype.itemsize == 2 and b.dtype.kind == "f" else LIMIT)
        one, other = np.asarray(a, np.float64), np.asarray(b, np.float64)
        finite = np.isfinite(other)
        if not np.array_equal(one[~finite], other[~finite], equal_nan=True):
            return float("nan"), limit
        if finite.any():
            worst = max(
                worst, float(np.abs(one[finite] - other[finite]).max() / max(np.abs(other[finite]).max(), 1e-30))
            )
    return worst, limit


def _time(
    found: dict[str, dict], runs: dict[str, Callable[[], list[Array]]], threads: int, rounds: int, seconds: float
) -> None:
    times: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            turn = _turn(run, seconds)
            times[name] += turn if number else []
            time.sleep(PAUSE if threads > 1 else 0)
    for name, took in times.items():
        found[name] |= {"median_ms": statistics.median(took), "min_ms": min(took), "count": len(took)}


def _turn(run: Callable[[], list[Array]], seconds: float) -> list[float]:
    """The milliseconds of each run. The first of a turn is left out: it finds the caches full of another's data."""
    run()
    end, took = CLOCK() + int(seconds * 1e9), []
    while len(took) < LEAST or CLOCK() < end:
        started = CLOCK()
        run()
        took.append((CLOCK() - started) / 1e6)
    return took
