"""Nothing is computed on top of what a family writes as it is."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime.model import load
from dldt.tools.api import compile_model


@pytest.mark.parametrize("k", [2, 5])
def test_positions_alone_as_floats(k, tmp_path):
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.f32, (3, 5)))
    _, places = ops.TopK(1, "max", "value", DType.i64).all(x, np.array(k, np.int64))
    graph.result(ops.Convert(DType.f32)(places), "y")
    data = np.random.default_rng(1).standard_normal((3, 5)).astype(np.float32)
    found = load(compile_model(graph, tmp_path / "m.so", threads=1), threads=1).run({"x": data})["y"]
    np.testing.assert_array_equal(found, np.argsort(-data, axis=1)[:, :k].astype(np.float32))
