"""The benchmark of free sizes: what it runs, and what it calls a failure."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from benchmarks.free_case import models
from benchmarks.free_feeds import feed
from benchmarks.free_race import TINY, Row, difference
from benchmarks.free_sizes import KNOWN, sizes_of

REPOSITORY = Path(__file__).parents[2]


def save(path, kind, shape):
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "xy")
    node = helper.make_node(kind, ["x"], ["y"], domain="" if kind == "Relu" else "unknown")
    graph = helper.make_graph([node], "g", [x], [y])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("unknown", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)


@pytest.mark.parametrize(
    ("shape", "first"),
    [
        (["N", 3, 48, 48], (1,)),
        (["N", 3, "H", "W"], (1, 64, 64)),
        (["N", "L"], (1, 16)),
        (["N", "H", "W", 3], (1, 64, 64)),
    ],
)
def test_every_model_has_five_sizes(shape, first):
    found = sizes_of("any", [shape])
    assert found[0] == first
    assert len(set(found)) == len(found) == 5
    assert all(len(sizes) == 5 for sizes in KNOWN.values())


def test_outputs_are_compared_by_their_largest_value():
    a, b = np.float32([1, 2]), np.float32([1, 2.5])
    assert difference([a], [a]) == (0, 2)
    assert difference([b, a], [a, a]) == (0.5, 2)
    assert difference([a], [a[:1]])[0] == float("inf")
    assert difference([a[:0]], [a[:0]]) == (0, 0)


def test_tiny_outputs_are_told():
    tiny = Row(1, 1.0, 1.0, 1.0, 1e-9, 1e-8)
    assert tiny.is_right(1e-3)
    assert f"of {TINY:.0e}: all outputs are smaller" in tiny.told()
    assert not Row(1, 1.0, 1.0, 1.0, 0.1, 1.0).is_right(1e-3)


def test_images_show_something():
    for shape in ((2, 3, 64, 80), (2, 64, 80, 3)):
        page = feed("x", shape, np.dtype(np.float32))
        assert page.shape == shape
        assert 0.02 < (page < 0).mean() < 0.5


def test_models_that_fail_are_rows(tmp_path):
    save(tmp_path / "free.onnx", "Relu", ["N", 3])
    save(tmp_path / "fixed.onnx", "Relu", [2, 3])
    save(tmp_path / "wrong.onnx", "Whatever", ["N", 3])
    fixed, free, wrong = models(tmp_path)
    assert fixed == "fixed: its inputs leave no dim free"
    assert [run["x"] for run in free.runs] == [(1, 3), (2, 3), (5, 3), (8, 3), (16, 3)]
    assert wrong.startswith("wrong: FAILS: UnsupportedError")


def test_the_command_counts_what_fails(tmp_path):
    save(tmp_path / "free.onnx", "Relu", ["N", 3])
    save(tmp_path / "wrong.onnx", "Whatever", ["N", 3])
    command = [sys.executable, "-m", "benchmarks.dynamic", "--models", str(tmp_path), "--rounds", "1"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert done.returncode == 1, done.stderr
    assert "wrong: FAILS: UnsupportedError" in done.stdout
    assert done.stdout.count("free  ") == 5
    assert done.stdout.splitlines()[-1].startswith("5 sizes measured")
    assert done.stdout.splitlines()[-1].endswith("1 FAILED")
