"""Threads are woken for an inference that is worth it, and for no other."""

import threading

import numpy as np
import pytest

from dldt import runtime
from dldt.codegen.build import compile_graph
from dldt.codegen.emit.program import SERIAL_WORK, TEAM_WORK, Call, Fork, shared_work
from dldt.codegen.resolve import resolve_target
from dldt.codegen.tensors import Place
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType


def test_the_work_that_threads_share():
    def call(work, parallel=True):
        return Call("f", (), (), 8, parallel, work)

    assert shared_work([]) == 0
    assert shared_work([call(300), call(5, parallel=False), call(40)]) == 340
    assert shared_work([Fork(Place("arena"), (call(300),), (call(7), call(1, parallel=False)))]) == 307
    assert shared_work([call(None)]) == TEAM_WORK


def sines(rows, path):
    """y = sin(x) of so many rows of 1000."""
    graph = Graph("m")
    x = graph.parameter("x", TensorType(DType.f32, (rows, 1000)))
    graph.result(ops.Sin()(x), "y")
    compile_graph(graph, path, resolve_target("host"))
    return path


@pytest.mark.parametrize(("rows", "workers"), [(100, 0), (3000, 1)])
def test_small_models_start_no_threads(rows, workers, tmp_path):
    assert SERIAL_WORK < 100 * 1000 * 4  # sharing the kernel alone would pay
    before = threading.active_count()
    x = np.random.default_rng(2).standard_normal((rows, 1000)).astype(np.float32)
    with runtime.load(sines(rows, tmp_path / "m.so"), threads=2) as model:
        np.testing.assert_allclose(model(x), np.sin(x), atol=1e-6)
        assert threading.active_count() == before + workers


def test_free_dims_decide_when_they_are_known(tmp_path):
    x = np.random.default_rng(3).standard_normal((3000, 1000)).astype(np.float32)
    path = sines(symbol("N"), tmp_path / "m.so")
    with runtime.load(path, threads=1) as one, runtime.load(path, threads=2) as two:
        for rows in (1, 100, 3000):
            np.testing.assert_array_equal(one(x[:rows]), two(x[:rows]))
            np.testing.assert_allclose(two(x[:rows]), np.sin(x[:rows]), atol=1e-6)
