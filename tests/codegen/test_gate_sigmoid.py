"""The sigmoid of gates, seen through an LSTM whose result is that of its output gate."""

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.native import run_native

COUNT = 640
EXTREMES = (0.0, -0.0, 1e-30, 87.0, -87.0, 88.0, -88.0, -104.0, 3e38, -3e38, np.inf, -np.inf, np.nan)


def native(x, level, folder):
    """One step without weights: the input gate is 1 (e¹⁰⁰), the candidate 1, so the cell is 1, and the result is the
    output gate of ``x``."""
    size = len(x)
    bias = np.concatenate([np.zeros(size), np.full(size, 100.0), np.ones(size), x]).astype(np.float32)[None]
    graph = Graph("gates")
    data = graph.parameter("data", TensorType(DType.f32, (1, 1, 1)))
    zeros = [np.zeros(shape, np.float32) for shape in ((1, 1, size), (1, 1, size), (1, 4 * size, 1))]
    weights = np.zeros((1, 4 * size, size), np.float32)
    op = ops.LSTMSequence(size, activations=("sigmoid", "relu", "relu"))
    _, hidden, _ = op.all(data, zeros[0], zeros[1], np.array([1], np.int64), zeros[2], weights, bias)
    graph.result(hidden, "y")
    feeds = {"data": np.zeros((1, 1, 1), np.float32)}
    return run_native(graph, feeds, resolve_target(level), folder)["y"].reshape(-1)


@pytest.mark.parametrize("level", ["x86-64-v2", "x86-64-v3", "host"])
def test_it_is_within_its_bound(level, tmp_path):
    rng = np.random.default_rng(4)
    usual = rng.uniform(-1, 1, COUNT) * rng.choice([1, 8, 20, 87], COUNT)
    x = np.concatenate([usual, EXTREMES]).astype(np.float32)
    got = native(x, level, tmp_path)
    inside = np.abs(x) <= 87
    wide = x[inside].astype(np.float64)
    exact = 1 / (1 + np.exp(-wide))
    errors = np.abs(got[inside] - exact) / np.spacing(exact.astype(np.float32))
    assert errors.max() <= (3 if level == "x86-64-v2" else 2)
    assert np.isnan(got[-1])
    assert (got[x > 87] == 1).all()
    assert ((got[x < -87] > 0) & (got[x < -87] < 2e-38)).all()
