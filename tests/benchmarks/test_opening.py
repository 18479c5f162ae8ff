"""The tables of benchmarks.opening and benchmarks.threads, from numbers written by hand."""

import argparse

import numpy as np
import pytest

from benchmarks import opening, threads
from tests.codegen.artifact import build_rounds, build_scale


def backend(open_ms, first_ms, median_ms=1.0, mib=10):
    return {"open_ms": open_ms, "first_ms": first_ms, "median_ms": median_ms, "rss_bytes": mib << 20}


def row(name, ours, onnxruntime, openvino=None):
    return {"model": name, "dldt": ours, "onnxruntime": onnxruntime, "openvino": openvino or backend(9, 9, mib=99)}


FAST = row("fast", backend(0.5, 0.5, 0.25), backend(20, 5, mib=20))
BOUND = row("bound", backend(1, 9, 8), backend(50, 50, mib=20))
SLOW = row("slow", backend(1, 1, 0.5), backend(10, 10, mib=20))
FAT = row("fat", backend(0.5, 0.5, 0.25, mib=30), backend(20, 5, mib=20))
BROKEN = row("broken", {"failed": "OSError: no luck"}, backend(1, 1))


def test_a_line_of_opening():
    assert opening.line(FAST).split() == ["fast", "25.00", "1.00", "25.0", "0.250", "100.0", "10", "20", "99"]
    assert opening.line(BROKEN).split(maxsplit=2) == ["broken", "FAILED", "OSError: no luck"]


def test_the_summary_tells_what_cannot_be_faster():
    assert opening.summary([FAST]) == (
        "open + first inference at least 20 times faster than onnxruntime: 1 of 1 models; "
        "peak RSS below both peers' everywhere"
    )
    assert opening.summary([FAST, BOUND, SLOW, FAT, BROKEN]) == (
        "open + first inference at least 20 times faster than onnxruntime: 2 of 4 models; one inference alone takes "
        "longer: 1 (bound); slower for another reason: slow 10.0; more memory than a peer: fat"
    )


ARGUMENTS = argparse.Namespace(threads=2, rounds=1, seconds=0.01)


def test_threads_are_compared_by_their_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(threads, "random_inputs", lambda model: {"x": np.ones(64, np.float32)})
    found = threads.measure(argparse.Namespace(name="scale"), build_scale(tmp_path / "m.so"), ARGUMENTS)
    assert found["equal"]
    assert found["ratio"] == pytest.approx(found["one"] / found["several"])
    words = threads.line(found).split()
    assert (words[0], len(words), words[-1]) == ("scale", 7, "equal")


def test_other_bytes_are_noticed(tmp_path, monkeypatch):
    """One answer of forty, as if a thread had come too late."""
    path = build_rounds(tmp_path / "m.so")
    calls = iter(range(10**9))
    monkeypatch.setattr(threads, "_bytes", lambda outputs: bytes([next(calls) == 30]))
    name = threads.runtime.load(path).inputs[0].name
    monkeypatch.setattr(threads, "random_inputs", lambda model: {name: np.array([1, 1])})
    found = threads.measure(argparse.Namespace(name="rounds"), path, ARGUMENTS)
    assert not found["equal"]
    assert threads.line(found).endswith("DIFFERENT")
