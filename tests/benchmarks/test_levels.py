"""The table of the instruction-set levels: a small model measured, and rows written by hand."""

import numpy as np
import pytest

from benchmarks import levels
from dldt.runtime import cpu
from dldt.tools.roofline import Peaks

PEAKS = Peaks(1, 50.0, 10.0)


def small_model():
    found, missing = levels.select(["mtcnn_pnet"])
    if missing or not levels.runs_here("x86-64-v2"):
        pytest.skip("; ".join(missing) or "this machine does not run x86-64-v2")
    return found[0]


def test_a_level_that_this_machine_lacks_is_not_run(monkeypatch):
    assert levels.runs_here("x86-64-v2") == (cpu.arch() == "x86_64")
    monkeypatch.setattr(levels.cpu, "missing", lambda features: [f for f in features if f.startswith("avx512")])
    assert not levels.runs_here("x86-64-v4")
    monkeypatch.setattr(levels.cpu, "arch", lambda: "aarch64")
    assert not levels.runs_here("x86-64-v2")


def test_every_level_is_compared_and_timed():
    model = small_model()
    peaks = dict.fromkeys(filter(levels.runs_here, levels.LEVELS), PEAKS)
    rows = levels.measure(model, peaks, rounds=1, seconds=0.01)
    assert [row["level"] for row in rows] == list(peaks)
    assert all(row["error"] < 1e-5 and row["min_ms"] <= row["median_ms"] for row in rows)
    assert rows[-1]["to_last"] == 1


def test_what_differs_is_not_timed(monkeypatch):
    model = small_model()
    exact = levels.sessions.onnxruntime_outputs
    monkeypatch.setattr(
        levels.sessions, "onnxruntime_outputs", lambda *given: [np.multiply(y, 3) for y in exact(*given)]
    )
    [row] = levels.measure(model, {"x86-64-v2": PEAKS}, rounds=1, seconds=0.01)
    assert "median_ms" not in row
    assert "DIFFERS by 6.7e-01 of max|y|: not timed" in levels.line(row)


def test_a_line():
    row = {"model": "m", "level": "x86-64-v3", "error": 1e-6, "median_ms": 2.0, "min_ms": 1.5, "peak_share": 0.5}
    row |= {"roofline_done": 0.25, "to_last": 1.1}
    assert levels.line(row).split() == ["m", "x86-64-v3", "2.000", "1.500", "50%", "25%", "1.10", "1.0e-06"]
