"""Threads are woken for an inference that is worth it, and for no other."""

import threading
import time

import numpy as np
import pytest

from dldt import runtime
from dldt.codegen.build import compile_graph
from dldt.codegen.emit.program import TEAM_WORK, Call, Fork, shared_work
from dldt.codegen.resolve import resolve_target
from dldt.codegen.tensors import Place
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.artifact import build, describe


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


@pytest.mark.parametrize(("rows", "at_once", "later"), [(1, 0, 0), (1000, 0, 1), (3000, 1, 1)])
def test_small_models_start_no_threads_and_short_ones_late(rows, at_once, later, tmp_path):
    before = threading.active_count()
    x = np.random.default_rng(2).standard_normal((rows, 1000)).astype(np.float32)
    with runtime.load(sines(rows, tmp_path / "m.so"), threads=2) as model:
        np.testing.assert_allclose(model(x), np.sin(x), atol=1e-6)
        assert threading.active_count() == before + at_once
        for _ in range(20):
            model(x)
        assert threading.active_count() == before + later


# y = the number of threads; the first of them takes x[that number] turns of a loop.
TURNS = """; ModuleID = 'turns'
define hidden void @dldt_main(ptr %request, i32 %tid, i32 %threads) {
entry:
  %first = icmp eq i32 %tid, 0
  br i1 %first, label %begin, label %done
begin:
  %inputs = load ptr, ptr %request
  %x = load ptr, ptr %inputs
  %outputs.at = getelementptr i8, ptr %request, i64 8
  %outputs = load ptr, ptr %outputs.at
  %y = load ptr, ptr %outputs
  %wide = zext i32 %threads to i64
  store i64 %wide, ptr %y
  %count.at = getelementptr i64, ptr %x, i64 %wide
  %count = load i64, ptr %count.at
  br label %turn
turn:
  %left = phi i64 [ %count, %begin ], [ %less, %turn ]
  %less = sub i64 %left, 1
  store volatile i64 %wide, ptr %y
  %over = icmp sle i64 %less, 0
  br i1 %over, label %done, label %turn
done:
  ret void
}
define hidden i32 @dldt_shares(ptr %symbols) { ret i32 1 }
define i64 @dldt_arena_size(ptr %symbols) { ret i64 0 }
define void @dldt_output_shapes(ptr %symbols, ptr %dims) {
  store i64 1, ptr %dims
  ret void
}
"""


@pytest.fixture
def turns(tmp_path):
    """How many threads each of so many calls had, when it takes so many turns alone, and so many together."""
    metadata = describe([("x", "i64", [3])], [("y", "i64", [1])], target=resolve_target("host"), name="turns")
    build(TURNS, metadata, tmp_path / "turns.so")
    with runtime.load(tmp_path / "turns.so", threads=2) as model:
        x = np.zeros(3, np.int64)
        bound = model.bind(x)

        def run(calls, alone, together):
            x[1:] = alone, together
            return [int(bound()["y"][0]) for _ in range(calls)]

        yield run


SHORT, LONG = 1000, 2_000_000


def test_a_short_model_is_shared_when_it_has_learnt_how_long_one_thread_takes(turns):
    first, *others = turns(100, LONG, SHORT)
    assert first == 1
    assert others.count(2) > 20


def test_what_takes_longer_together_is_run_alone_more_and_more(turns):
    threads = turns(400, LONG // 10, LONG // 5)
    assert threads.count(1) > 250
    assert threads.count(2) >= 4


def test_it_is_tried_again(turns):
    turns(100, LONG // 10, LONG // 5)
    assert turns(200, LONG // 10, SHORT).count(2) > 20


def test_after_a_pause_nobody_is_woken(turns):
    turns(10, SHORT, SHORT)
    assert turns(1, SHORT, SHORT) == [1]
    time.sleep(0.01)
    assert turns(1, SHORT, SHORT) == [1]


def test_free_dims_decide_when_they_are_known(tmp_path):
    x = np.random.default_rng(3).standard_normal((3000, 1000)).astype(np.float32)
    path = sines(symbol("N"), tmp_path / "m.so")
    with runtime.load(path, threads=1) as one, runtime.load(path, threads=2) as two:
        for rows in (1, 100, 3000):
            np.testing.assert_array_equal(one(x[:rows]), two(x[:rows]))
            np.testing.assert_allclose(two(x[:rows]), np.sin(x[:rows]), atol=1e-6)
