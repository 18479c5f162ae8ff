"""The per-layer table: numbers by hand, and the command on a real artifact."""

import ctypes
import json
from pathlib import Path

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.tools import bench, peaks
from dldt.tools.layers import layers, print_layers
from dldt.tools.roofline import Peaks
from tests.errors.commands import command

DIGITS = Path(__file__).resolve().parents[2] / "examples" / "digits"


def step(ms, flops, moved, name):
    gflops = flops / ms / 1e6 if flops else None
    return {
        "what": name,
        "output": "y",
        "algorithm": "loops",
        "ms": ms,
        "flops": flops,
        "operations": flops,
        "bytes": moved,
    } | {"gflops": gflops}


# 100 GFLOP/s and 20 GB/s: 0.1 G operations take 1 ms at least, 20 MB as well.
PEAKS = Peaks(threads=1, gflops=100.0, gbytes=20.0)
STEPS = [
    step(1.0, 0, 10_000_000, "copy"),
    step(4.0, 200_000_000, 20_000_000, "conv"),
    step(3.0, None, None, "free"),
    step(2.0, 0, 0, "nothing"),
]


def test_the_longest_first_beside_the_roofline():
    rows = layers(STEPS, PEAKS)
    assert [row["what"] for row in rows] == ["conv", "free", "nothing", "copy"]
    assert [row["share"] for row in rows] == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert [row["roofline"] for row in rows] == [pytest.approx(0.5), None, None, pytest.approx(0.5)]
    assert [row["gbytes_per_second"] for row in rows] == [pytest.approx(5.0), None, None, pytest.approx(10.0)]


def test_the_larger_of_the_two_bounds_counts():
    [row] = layers([step(4.0, 100_000_000, 60_000_000, "memory")], PEAKS)
    assert row["roofline"] == pytest.approx(0.75)


def test_the_table(capsys):
    print_layers(layers(STEPS, PEAKS), PEAKS)
    head, table = capsys.readouterr().out.strip().split("\n\n")
    assert head.startswith("peaks of 1 thread: 100 GFLOP/s f32, 20.0 GB/s from memory\n")
    assert "of which Winograd's does fewer" in head
    assert [line.split() for line in table.splitlines()] == [
        ["ms", "share", "GFLOP/s", "GB/s", "roofline", "bound", "kernel"],
        ["4.000", "40.0%", "50.0", "5.0", "50%", "compute", "conv", "→", "y", "(loops)"],
        ["3.000", "30.0%", "?", "?", "?", "?", "free", "→", "y", "(loops)"],
        ["2.000", "20.0%", "-", "-", "-", "-", "nothing", "→", "y", "(loops)"],
        ["1.000", "10.0%", "-", "10.0", "50%", "memory", "copy", "→", "y", "(loops)"],
    ]


def test_without_llvm_there_is_no_roofline(capsys):
    rows = layers(STEPS, None)
    assert {row["roofline"] for row in rows} == {None}
    print_layers(rows, None)
    assert "the roofline needs the compile extra: pip install 'dldt[compile]'" in capsys.readouterr().out


def test_the_loops_that_measure_do_their_work():
    """The sweep adds every number; a chain is x = x*a + b."""
    target = resolve_target("host")
    lanes = target.lanes(4)
    data = np.arange(lanes * 64, dtype=np.float32)
    with peaks._Function("sweep", peaks._sweep(lanes), target) as address:
        run = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)(address)
        assert run(data.ctypes.data, data.size, 3) == 3 * data[::lanes].sum()
    with peaks._Function("peak", peaks._chains(lanes, target.fma), target) as address:
        run = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_float, ctypes.c_float)(address)
        assert run(0.0, 3.0) == 3.0 * 14


def test_peaks_are_measured_on_one_and_on_two_threads():
    for threads in (1, 2):
        measured = peaks.measure_peaks(threads, seconds=0.01)
        assert measured.threads == threads
        assert 0 < measured.gbytes < 1e4
        assert 0 < measured.gflops < 1e5
        assert [cache.name for cache in measured.caches] == ["L1", "L2", "L3"]
        assert all(0 < cache.gbytes < 1e5 for cache in measured.caches)


def test_per_layer_of_a_model():
    line = ("-m", DIGITS / "digits.onnx", "--shape", "image[3,1,8,8]", "-niter", "2", "--threads", "1", "--per-layer")
    report = json.loads(command("bench", *line, "--json", "-").stdout)
    times = [row["ms"] for row in report["steps"]]
    assert times == sorted(times, reverse=True)
    assert report["peaks"]["threads"] == 1
    assert sum(row["share"] for row in report["steps"]) == pytest.approx(1)
    counted = [row for row in report["steps"] if row["flops"]]
    assert [row["gflops"] for row in counted] == pytest.approx([r["flops"] / r["ms"] / 1e6 for r in counted])
    assert any("Convolution" in row["what"] for row in counted)
    assert all(row["bytes"] and row["roofline"] > 0 and row["bound"] for row in report["steps"])
    assert all(row["weights"] < row["bytes"] for row in report["steps"])


def test_per_layer_with_free_dims(digits, monkeypatch, capsys):
    monkeypatch.setattr(bench, "_peaks", lambda threads: PEAKS)
    assert bench.main([str(digits[0]), "--per-layer", "-niter", "1", "--threads", "1"]) == 0
    rows = capsys.readouterr().out.split("\n\n")[-1].splitlines()[1:]
    assert rows
    assert {tuple(row.split()[2:6]) for row in rows} == {("?", "?", "?", "?")}
