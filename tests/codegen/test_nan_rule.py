"""NaN where elements are compared: as numpy has it, in every operation that picks one, interpreted and native."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load


def data(seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(-4, 5, (3, 17, 21)).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    x[0, :, 3], x[1, 5] = np.nan, np.nan
    return x


def pooled(x):
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (1, 2))
    return windows.max(axis=(3, 4))


def sorted_down(x):
    """numpy sorts NaN behind all numbers."""
    return np.sort(x, axis=1)[:, ::-1]


def extreme(op):
    return lambda x: op(False)(x, np.array([1]))


def top(mode):
    return lambda x: ops.TopK(axis=1, mode=mode, sort="value").all(x, np.array(17, np.int64))[0]


def pool(x):
    y = ops.Unsqueeze()(x, np.array([0]))
    return ops.Squeeze()(ops.MaxPool((1, 1), (0, 0), (0, 0), (3, 3))(y), np.array([0]))


def both(op):
    return lambda x: op()(x, np.float32([np.nan, *range(-10, 10)]))


OTHER = np.float32([np.nan, *range(-10, 10)])
CASES = {
    "ReduceMax": (extreme(ops.ReduceMax), lambda x: x.max(axis=1)),
    "ReduceMin": (extreme(ops.ReduceMin), lambda x: x.min(axis=1)),
    "Maximum": (both(ops.Maximum), lambda x: np.maximum(x, OTHER)),
    "Minimum": (both(ops.Minimum), lambda x: np.minimum(x, OTHER)),
    "TopK max": (top("max"), sorted_down),
    "TopK min": (top("min"), lambda x: np.sort(x, axis=1)),
    "MaxPool": (pool, pooled),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", CASES)
def test_as_numpy(name, seed, tmp_path):
    build, definition = CASES[name]
    graph, x = Graph("nan"), data(seed)
    graph.result(build(graph.parameter("x", TensorType(DType.f32, x.shape))), "y")
    wanted = definition(x)
    assert np.isnan(wanted).any()
    np.testing.assert_array_equal(interpret(graph, {"x": x})["y"], wanted)
    compile_graph(graph, tmp_path / "m.so", resolve_target("host"))
    with load(tmp_path / "m.so", threads=1) as model:
        np.testing.assert_array_equal(model.run({"x": x})["y"], wanted)
