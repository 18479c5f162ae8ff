"""An opened artifact: how it is called, by whom, and when it is closed."""

import gc
import os
import threading
import time
import weakref

import numpy as np
import pytest

from dldt import runtime
from tests.codegen.artifact import build_scale, scaled


def test_describes_itself(scale):
    assert [(t.name, t.shape, t.dtype) for t in scale.inputs] == [("x", ("N",), np.dtype(np.float32))]
    assert [str(t) for t in scale.outputs] == ["y: f32[N]"]
    assert repr(scale) == "<Model scale: (x: f32[N]) -> (y: f32[N]), 1 threads>"


def test_one_output_is_an_array_and_any_size_of_a_free_dim_runs(scale):
    for size in (1, 3, 17, 1000, 3):
        x = np.arange(size, dtype=np.float32)
        y = scale(x)
        assert y.dtype == np.float32
        np.testing.assert_array_equal(y, scaled(x))


def test_several_outputs_are_a_tuple_in_the_models_order(pair):
    a, b = np.arange(5), np.arange(5) * 10
    total, both = pair(a, b)
    np.testing.assert_array_equal(total, a + b)
    np.testing.assert_array_equal(both, np.stack([a, b], axis=1))


def test_run_by_name(pair):
    a, b = np.arange(3), np.arange(3) * 7
    out = pair.run({"b": b, "a": a})
    assert list(out) == ["sum", "both"]
    np.testing.assert_array_equal(out["both"], np.stack([a, b], axis=1))


def test_a_request_takes_arrays_or_a_dict(pair):
    a, b = np.arange(3), np.arange(3) * 7
    request = pair.create_request()
    for out in (request.run(a, b), request.run({"a": a, "b": b}), request.start(a, b).result(10)):
        np.testing.assert_array_equal(out["sum"], a + b)


def test_start_hands_errors_to_result(pair):
    job = pair.create_request().start(np.arange(3))
    with pytest.raises(runtime.RuntimeInputError, match="takes 2 inputs, 1 were given"):
        job.result(10)
    assert job.done()


def test_outputs_of_two_runs_are_different_arrays(scale):
    first = scale(np.float32([1]))
    second = scale(np.float32([5]))
    assert (first[0], second[0]) == (2, 10)


def test_out_is_written_in_place(scale):
    x, y = np.float32([1, 2]), np.empty(2, np.float32)
    assert scale(x, out=y) is y
    np.testing.assert_array_equal(y, scaled(x))


def test_inputs_may_be_dropped_while_they_are_read(hanging):
    feeds = {"x": np.zeros(1, np.int32)}
    x = weakref.ref(feeds["x"])
    job = hanging.create_request().start(feeds)
    feeds.clear()
    gc.collect()
    assert x() is not None
    x()[0] = 1
    assert list(job.result(10)) == ["y"]


def test_a_closed_model_says_so(scale_path):
    model = runtime.load(scale_path)
    request = model.create_request()
    model.close()
    model.close()
    x = np.ones(1, np.float32)
    for use in (lambda: model(x), model.create_request, lambda: request.run(x), lambda: request.start(x)):
        with pytest.raises(runtime.RuntimeStateError, match="the model is closed"):
            use()


def test_a_model_that_is_dropped_ends_its_workers(scale_path):
    before = threading.active_count()
    model = runtime.load(scale_path, threads=3)
    model(np.ones(8, np.float32))
    assert threading.active_count() == before + 2
    del model
    gc.collect()
    assert threading.active_count() == before


def test_two_models_of_one_file(scale_path):
    x = np.ones(4, np.float32)
    with runtime.load(scale_path) as first:
        with runtime.load(scale_path) as second:
            np.testing.assert_array_equal(second(x), scaled(x))
        np.testing.assert_array_equal(first(x), scaled(x))


def test_two_models_whose_files_have_one_name(scale_path, pair_path, tmp_path):
    same = tmp_path / scale_path.name
    same.write_bytes(pair_path.read_bytes())
    with runtime.load(scale_path) as first, runtime.load(same) as second:
        assert (first.name, second.name) == ("scale", "pair")
        np.testing.assert_array_equal(second(np.arange(2), np.arange(2))[0], [0, 2])
        np.testing.assert_array_equal(first(np.ones(2, np.float32)), np.float32([2, 3]))


def test_a_file_that_was_compiled_again(scale_path, tmp_path):
    path = build_scale(tmp_path / "m.so")
    with runtime.load(path) as old:
        build_scale(path, name="newer")
        with runtime.load(path) as new:
            assert (old.name, new.name) == ("scale", "newer")
            np.testing.assert_array_equal(old(np.ones(2, np.float32)), new(np.ones(2, np.float32)))


def test_a_relative_path(scale_path, monkeypatch):
    monkeypatch.chdir(scale_path.parent)
    with runtime.load(scale_path.name) as model:
        assert model.name == "scale"


def test_threads_do_not_change_the_result(scale_path):
    x = np.random.default_rng(1).standard_normal(999, np.float32)
    for threads in (1, 2, 3, 7):
        with runtime.load(scale_path, threads=threads) as model:
            for _ in range(20):
                np.testing.assert_array_equal(model(x), scaled(x))


def test_many_callers_of_one_model(scale_path):
    failures = []

    def call(model, size):
        x = np.arange(size, dtype=np.float32)
        for _ in range(100):
            if not np.array_equal(model(x), scaled(x)):
                failures.append(size)

    with runtime.load(scale_path, threads=2) as model:
        callers = [threading.Thread(target=call, args=(model, size)) for size in (1, 10, 100, 1000)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
    assert failures == []


def test_one_run_at_a_time_on_a_request(hanging):
    x, other = np.zeros(1, np.int32), np.ones(1, np.int32)
    request = hanging.create_request()
    job = request.start(x)
    try:
        with pytest.raises(TimeoutError, match=r"did not finish within 0\.01 s; it goes on"):
            job.result(0.01)
        with pytest.raises(runtime.RuntimeStateError, match="this request is running; wait for it, or create another"):
            request.run(other)
        hanging(other)
    finally:
        x[0] = 1
    assert list(job.result(10)) == ["y"]
    request.run(other)


def test_close_waits_for_the_run_in_progress(hanging):
    x = np.zeros(1, np.int32)
    job = hanging.create_request().start(x)
    closer = threading.Thread(target=hanging.close)
    closer.start()
    closer.join(0.05)
    assert closer.is_alive()
    x[0] = 1
    closer.join(10)
    assert not closer.is_alive()
    assert job.result(10)


def test_a_fork_gets_its_own_workers(scale_path):
    x = np.arange(100, dtype=np.float32)
    with runtime.load(scale_path, threads=2) as model:
        model(x)
        child = os.fork()
        if child == 0:
            good = np.array_equal(model(x), scaled(x)) and np.array_equal(model(x), scaled(x))
            model.close()
            os._exit(0 if good else 1)
        deadline = time.monotonic() + 20
        while (done := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
            time.sleep(0.01)
        if done == (0, 0):
            os.kill(child, 9)
            os.waitpid(child, 0)
        assert done == (child, 0)
        np.testing.assert_array_equal(model(x), scaled(x))


def test_whoever_calls_a_model_that_is_being_closed_is_told_so(scale_path):
    """Calls, new requests and closing race against each other; a call ends well or says that the model is closed."""
    x, odd = np.ones(4, np.float32), []
    for _ in range(30):
        model = runtime.load(scale_path, threads=1)
        begin = threading.Barrier(5)

        def call(model=model, begin=begin):
            begin.wait()
            try:
                while True:
                    model(x)
                    model.create_request().run(x)
            except runtime.RuntimeStateError as error:
                odd.extend([str(error)] * ("the model is closed" not in str(error)))

        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        begin.wait()
        model.close()
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
    assert odd == []
