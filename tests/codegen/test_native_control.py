"""Loops, branches of two shapes and variables as native code."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load
from dldt.runtime.errors import DldtRuntimeError, RuntimeInputError
from tests.codegen.onnx_native import check_text, compile_text

RNG = np.random.default_rng(11)
TRUE = " c = Constant<value = bool {1}>()\n"


def normal(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def number(value):
    return np.array(value, np.int64)


ALMOST_EMPTY = (
    "g (int64 n, float[3] x) => (float[3] y) {"
    + TRUE
    + " y = Loop(n, c, x) <body = b (int64 i, bool ci, float[3] a) =>"
    " (bool co, float[3] an) {\n  co = Identity(ci)\n  k = Constant<value = float {0.999}>()\n  an = Mul(a, k) }> }"
)

CASES = {
    "trips_carried_scan": (
        "g (int64 n, float[2,3] x) => (float[2,3] last, float[k,2,3] ys) {"
        + TRUE
        + " last, ys = Loop(n, c, x) <body = b"
        " (int64 i, bool ci, float[2,3] a) => (bool co, float[2,3] an, float[2,3] y) {\n  co = Identity(ci)\n"
        "  k = Constant<value = float {1.5}>()\n  f = Cast<to=1>(i)\n  y = Add(a, f)\n  an = Mul(a, k) }> }",
        [{"n": number(n), "x": 1e-20 * normal(2, 3)} for n in (5, 0, 100)],
    ),
    "a_condition_and_a_shape_that_grows": (
        "g (float[m] x, float most) => (float[p] last, float[k] ys) {"
        + TRUE
        + " n = Constant<value = int64 {1000}>()\n"
        " last, ys = Loop(n, c, x) <body = b (int64 i, bool ci, float[q] a) => (bool co, float[r] an, float y) {\n"
        "  s = ReduceSum<keepdims=0>(a)\n  co = Less(s, most)\n  y = Identity(s)\n  an = Concat<axis=0>(a, a) }> }",
        [
            {"most": np.array(most, np.float32), "x": RNG.random(size).astype(np.float32)}
            for most, size in ((20, 3), (500, 5))
        ],
    ),
    "a_branch_of_another_shape": (
        "g (float[m] x, bool c) => (float[p] y) { y = If(c) <then_branch = t () => (float[a] r) {"
        " r = Concat<axis=0>(x, x) }, else_branch = e () => (float[b] r2) { r2 = Relu(x) }> }",
        [{"c": np.array(c), "x": normal(4)} for c in (True, False)],
    ),
    "nested_with_captures": (
        "g (int64 n, int64 m, float[3] x) => (float[k,j,3] ys) {"
        + TRUE
        + " ys = Loop(n, c) <body = b (int64 i, bool ci)"
        " => (bool co, float[j,3] row) {\n  co = Identity(ci)\n  f = Cast<to=1>(i)\n  row = Loop(m, co) <body = bb"
        " (int64 i2, bool ci2) => (bool co2, float[3] e) {\n   co2 = Identity(ci2)\n   f2 = Cast<to=1>(i2)\n"
        "   s = Add(f2, f)\n   e = Mul(s, x) }> }> }",
        [{"n": number(n), "m": number(m), "x": normal(3)} for n, m in ((4, 3), (2, 7), (1, 1))],
    ),
    "values_that_change_places": (
        "g (int64 n, float[2] a, float[2] b) => (float[2] x, float[2] y) {"
        + TRUE
        + " x, y = Loop(n, c, a, b) <body = bb"
        " (int64 i, bool ci, float[2] p, float[2] q) => (bool co, float[2] q2, float[2] s) {\n  co = Identity(ci)\n"
        "  q2 = Identity(q)\n  s = Add(p, q) }> }",
        [{"n": number(n), "a": normal(2), "b": normal(2)} for n in (0, 1, 10)],
    ),
    "forward_and_reverse": (
        "g (float[2] s0, float[T,2] x) => (float[2] s, float[T,2] y, float[T,2] z) { s, y, z = Scan<num_scan_inputs=2,"
        " scan_input_directions=[0,1], scan_output_directions=[0,1], body = b (float[2] st, float[2] xi,"
        " float[2] xr) =>"
        " (float[2] sn, float[2] yo, float[2] zo) {\n  sn = Add(st, xi)\n  yo = Identity(sn)\n  zo = Mul(sn, xr) }>"
        "(s0, x, x) }",
        [{"s0": np.zeros(2, np.float32), "x": normal(t, 2)} for t in (1, 6, 300)],
    ),
    "a_kernel_that_finds_sizes_in_each_turn": (
        "g (int64 n, float[8] x) => (float[k] ys) {" + TRUE + " ys = Loop(n, c) <body = b (int64 i, bool ci) =>"
        " (bool co, float y) {\n  co = Identity(ci)\n  f = Cast<to=1>(i)\n  h = Constant<value = float {0.2}>()\n"
        "  g1 = Mul(f, h)\n  d = Sub(x, g1)\n  r = Relu(d)\n  w = NonZero(r)\n  v = Squeeze(w)\n  e = Gather(x, v)\n"
        "  y = ReduceSum<keepdims=0>(e) }> }",
        [{"n": number(n), "x": normal(8)} for n in (1, 12)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_control_flow_gives_what_onnxruntime_gives(name, tmp_path):
    check_text(*CASES[name], tmp_path)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_condition_that_a_later_turn_breaks_ends_the_run(threads, tmp_path):
    text = (
        "g (int64 n, float[m] x, float[k] z) => (float[p] y) {"
        + TRUE
        + " y = Loop(n, c, x) <body = b (int64 i, bool ci,"
        " float[q] a) => (bool co, float[r] an) {\n  co = Identity(ci)\n  s = Add(a, z)\n  an ="
        " Concat<axis=0>(s, s) }> }"
    )
    with load(compile_text(text, tmp_path), threads=threads) as model:
        feed = {"x": normal(4), "z": normal(4)}
        for turns in (1, 2, 1):
            if turns == 1:
                assert model.run({"n": number(turns), **feed})["y"].shape == (8,)
                continue
            with pytest.raises(RuntimeInputError, match=r"two dims that broadcast, .* but they are 8 and 4"):
                model.run({"n": number(turns), **feed})


def test_many_turns_need_no_more_memory_than_few(tmp_path):
    with load(compile_text(ALMOST_EMPTY, tmp_path), threads=2) as model:
        held = []
        for turns in (10, 10_000):
            request = model.create_request()
            request.run({"n": number(turns), "x": np.ones(3, np.float32)})
            held.append(request.memory)
        assert held[0] == held[1]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_loop_can_be_cancelled_and_has_a_deadline(threads, tmp_path):
    with load(compile_text(ALMOST_EMPTY, tmp_path), threads=threads) as model:
        request = model.create_request()
        feed = {"n": number(2**60), "x": np.ones(3, np.float32)}
        with pytest.raises(DldtRuntimeError, match="deadline"):
            request.run(feed, deadline=0.05)
        stopper = threading.Timer(0.05, request.cancel)
        stopper.start()
        started = time.monotonic()
        with pytest.raises(DldtRuntimeError, match="cancelled"):
            request.run(feed)
        assert time.monotonic() - started < 30
        stopper.join()
        assert request.run({"n": number(0), "x": np.ones(3, np.float32)})["y"].tolist() == [1, 1, 1]


def running_sum():
    """y = x + what the runs before have summed, at first 10."""
    graph = Graph("sum")
    x = graph.parameter("x", TensorType(DType.f32, (2, 3)))
    state = ops.ReadValue("sum", DType.f32, (2, 3))(graph.constant(np.full((2, 3), 10, np.float32)))
    total = ops.Add()(state, x)
    ops.Assign("sum")(total)
    graph.result(total, "y")
    return graph


def growing_cache():
    """The rows of all runs so far."""
    graph = Graph("cache")
    x = graph.parameter("x", TensorType(DType.f32, (1, 3)))
    state = ops.ReadValue("rows", DType.f32, (-1, 3))(graph.constant(np.zeros((0, 3), np.float32)))
    rows = ops.Concat(0)(state, x)
    ops.Assign("rows")(rows)
    graph.result(ops.ReLU()(rows), "y")
    return graph


def compiled(graph, folder):
    path = folder / "model.so"
    compile_graph(graph, path, resolve_target("host"))
    return path


@pytest.mark.parametrize("threads", [1, 2])
def test_a_variable_lives_from_run_to_run_of_a_request(threads, tmp_path):
    ones = np.ones((2, 3), np.float32)
    with load(compiled(running_sum(), tmp_path), threads=threads) as model:
        request, other = model.create_request(), model.create_request()
        assert [request.run(ones)["y"][0, 0] for _ in range(3)] == [11, 12, 13]
        assert other.run(ones)["y"][0, 0] == 11
        np.testing.assert_array_equal(request.state["sum"], np.full((2, 3), 13))
        request.reset()
        assert request.run(ones)["y"][0, 0] == 11
        request.state["sum"] = ones * 5
        assert request.run(ones)["y"][1, 2] == 6


def test_a_variable_may_grow(tmp_path):
    with load(compiled(growing_cache(), tmp_path), threads=1) as model:
        request = model.create_request()
        for run in range(40):
            rows = request.run(np.full((1, 3), run, np.float32))["y"]
            np.testing.assert_array_equal(rows, np.repeat(np.arange(run + 1), 3).reshape(-1, 3))
