"""Threads are woken for an inference that is worth it, and for no other."""

import ctypes
import threading

import numpy as np
import pytest

from dldt import runtime
from dldt.codegen.host import resolve_target
from dldt.codegen.llvm.place import Place
from dldt.codegen.llvm.program import shared_work
from dldt.codegen.llvm.step import Call, Fork
from dldt.codegen.llvm.support import support_modules
from dldt.codegen.object.link import link
from dldt.codegen.object.object import compile_modules
from dldt.codegen.pipeline import compile_graph
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.artifact import describe


def test_the_work_that_threads_share():
    def call(work, parallel=True):
        return Call("f", (), (), 8, parallel, work)

    target = resolve_target("host")
    assert shared_work([], target) == 0
    assert shared_work([call(300), call(5, parallel=False), call(40)], target) == 340
    assert shared_work([Fork(Place("arena"), (call(300),), (call(7), call(1, parallel=False)))], target) == 307
    assert shared_work([call(None)], target) == target.cpu.fit.team_work


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


# y = the number of threads; the first of them moves the clock on by x[that number] ticks.
TICKS = """; ModuleID = 'ticks'
define hidden void @dldt_main(ptr %request, i32 %tid, i32 %threads) {{
entry:
  %first = icmp eq i32 %tid, 0
  br i1 %first, label %work, label %done
work:
  %inputs = load ptr, ptr %request
  %x = load ptr, ptr %inputs
  %outputs.at = getelementptr i8, ptr %request, i64 8
  %outputs = load ptr, ptr %outputs.at
  %y = load ptr, ptr %outputs
  %wide = zext i32 %threads to i64
  store i64 %wide, ptr %y
  %ticks.at = getelementptr i64, ptr %x, i64 %wide
  %ticks = load i64, ptr %ticks.at
  %now = call i64 @dldt_clock()
  %then = add i64 %now, %ticks
  store volatile i64 %then, ptr inttoptr (i64 {clock} to ptr)
  br label %done
done:
  ret void
}}
define hidden i64 @dldt_clock() noinline {{
  %now = load volatile i64, ptr inttoptr (i64 {clock} to ptr)
  ret i64 %now
}}
define hidden i64 @dldt_work(ptr %symbols) {{ ret i64 1000000 }}
define hidden i64 @dldt_arena_size(ptr %symbols) {{ ret i64 0 }}
define hidden void @dldt_output_shapes(ptr %symbols, ptr %dims) {{
  store i64 1, ptr %dims
  ret void
}}
"""


@pytest.fixture(scope="module")
def ticking(tmp_path_factory):
    """The clock, and an artifact whose team reads it instead of the processor's."""
    target, clock = resolve_target("host"), ctypes.c_int64(1)
    support = [text.replace("@dldt_clock = hidden", "@processor_clock = hidden") for text in support_modules(target)]
    modules = [TICKS.format(clock=ctypes.addressof(clock)), *support]
    metadata = describe([("x", "i64", [3])], [("y", "i64", [1])], target=target, name="ticks")
    path = tmp_path_factory.mktemp("ticking") / "m.so"
    link([code.object for code in compile_modules(modules, target)], (), metadata, path, target)
    return clock, path


@pytest.fixture
def team(ticking):
    """How many threads each inference of a new team had that takes so many ticks alone, and so many together."""
    clock, path = ticking
    clock.value = 1_000_000
    with runtime.load(path, threads=2) as model:
        x = np.zeros(3, np.int64)
        bound = model.bind(x)

        def run(calls, alone, together, pause=0):
            threads = []
            x[1:] = alone, together
            for _ in range(calls):
                clock.value += pause
                threads.append(int(bound()["y"][0]))
            return threads

        yield run


def test_a_new_team_learns_how_long_one_thread_takes_and_then_shares(team):
    assert team(1000, 1000, 600) == [1] * 9 + [2] * 991


def test_what_takes_longer_together_is_run_alone_for_longer_and_longer(team):
    expected = [1] * 9
    for rest in (32, 64, 128, 256, 512, 1024, 1024, 1024):
        expected += [2] * 4 + [1] * rest
    assert team(len(expected), 1000, 1001) == expected


def test_what_takes_just_as_long_is_shared(team):
    assert team(500, 1000, 1000) == [1] * 9 + [2] * 491


def test_each_that_pays_makes_the_next_rest_shorter_by_eight(team):
    rest = [2] * 4 + [1] * 32 + [2] * 4 + [1] * 64
    assert team(9 + len(rest), 1000, 2000) == [1] * 9 + rest
    # 128 would be next.
    assert team(7, 1000, 600) == [2] * 7
    assert team(4 + 72 + 1, 1000, 2000) == [2] * 4 + [1] * 72 + [2]
    assert team(100, 1000, 600) == [2] * 100
    assert team(4 + 32 + 1, 1000, 2000) == [2] * 4 + [1] * 32 + [2]


def test_one_stall_in_five_changes_nothing(team):
    team(9, 1000, 600)
    for _ in range(50):
        assert team(1, 1000, 10**12) + team(4, 1000, 600) == [2] * 5


def test_one_stall_in_four_is_too_much_after_a_while(team):
    team(9, 1000, 600)
    for _ in range(12):
        assert team(1, 1000, 10**12) + team(3, 1000, 600) == [2] * 4
    assert team(1, 1000, 10**12) + team(33, 1000, 600) == [2] + [1] * 32 + [2]


def test_after_a_pause_nobody_is_woken(team):
    assert team(20, 1000, 600, pause=249) == [1] * 9 + [2] * 11
    assert team(20, 1000, 600, pause=250) == [1] * 20
    assert team(20, 1000, 600, pause=1_000_000) == [1] * 20
    assert team(20, 1000, 600) == [2] * 20


def test_pauses_take_no_strikes_back(team):
    team(9, 1000, 600)
    for _ in range(3):
        assert team(1, 1000, 2000, pause=1000) + team(1, 1000, 2000) == [1, 2]
    assert team(2, 1000, 2000) == [2, 1]


def test_what_is_usual_rises_by_a_sixteenth_each(team):
    # Eleven of 2000 make it 1941 from 1000, twelve 2000.
    assert team(9 + 4 + 20, 1000, 2000) == [1] * 9 + [2] * 4 + [1] * 20
    assert team(12, 2000, 2000) == [1] * 12
    assert team(500, 2000, 1999) == [2] * 500


def test_what_is_usual_falls_at_once(team):
    assert team(8, 3000, 600) + team(1, 1000, 600) == [1] * 9
    assert team(5, 1000, 1001) == [2] * 4 + [1]


def test_free_dims_decide_when_they_are_known(tmp_path):
    x = np.random.default_rng(3).standard_normal((3000, 1000)).astype(np.float32)
    path = sines(symbol("N"), tmp_path / "m.so")
    with runtime.load(path, threads=1) as one, runtime.load(path, threads=2) as two:
        for rows in (1, 100, 3000):
            np.testing.assert_array_equal(one(x[:rows]), two(x[:rows]))
            np.testing.assert_allclose(two(x[:rows]), np.sin(x[:rows]), atol=1e-6)
