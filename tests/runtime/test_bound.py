import gc
import os
import threading
import weakref

import numpy as np
import pytest

from dldt import runtime
from tests.codegen.artifact import scaled


@pytest.mark.parametrize("threads", [1, 2])
def test_a_call_reads_and_writes_the_arrays_that_were_bound(scale_path, threads):
    with runtime.load(scale_path, threads=threads) as model:
        x, y = np.arange(10, dtype=np.float32), np.zeros(10, np.float32)
        bound = model.bind(x, out=[y])
        assert not y.any()
        assert bound()["y"] is y
        np.testing.assert_array_equal(y, scaled(x))
        x[:] = np.random.default_rng(1).standard_normal(10)
        assert bound() is bound.outputs
        np.testing.assert_array_equal(y, scaled(x))
        assert list(bound.inputs) == ["x"]
        assert bound.inputs["x"] is x


def test_outputs_are_made_where_none_are_given(scale):
    x = np.ones(5, np.float32)
    first, second = scale.bind({"x": x}), scale.bind(x)
    assert first()["y"] is not second()["y"]
    np.testing.assert_array_equal(first.outputs["y"], scaled(x))
    np.testing.assert_array_equal(second.outputs["y"], scaled(x))


def test_runs_of_one_request_do_not_disturb_each_other(scale):
    request = scale.create_request()
    small, large = np.ones(3, np.float32), np.arange(900, dtype=np.float32)
    bound, other = request.bind(small), request.bind(large)
    for _ in range(2):
        np.testing.assert_array_equal(request.run(np.zeros(70, np.float32))["y"], scaled(np.zeros(70, np.float32)))
        np.testing.assert_array_equal(bound()["y"], scaled(small))
        np.testing.assert_array_equal(other()["y"], scaled(large))


def test_the_arrays_and_the_model_live_as_long_as_what_they_are_bound_to(scale_path):
    model = runtime.load(scale_path, threads=1)
    x = np.full(900, 3, np.float32)
    seen = weakref.ref(x)
    bound = model.bind(x)
    del x, model
    gc.collect()
    assert seen() is not None
    np.testing.assert_array_equal(bound()["y"], scaled(np.full(900, 3, np.float32)))
    del bound
    gc.collect()
    assert seen() is None


def test_a_bound_array_cannot_be_resized(scale):
    x = np.ones(5, np.float32)
    bound = scale.bind(x)
    with pytest.raises(ValueError, match="resize"):
        x.resize(50_000)
    assert bound()


@pytest.mark.parametrize("change", [lambda x: x[::2], lambda x: x[::-1], lambda x: x.astype(">f4")])
def test_what_would_be_copied_is_refused(scale, change):
    x = change(np.ones(6, np.float32))
    problem = (
        r"input 'x' cannot be bound: it could only be read from a copy of it; "
        r"bind numpy\.require\(x, numpy\.float32, 'CA'\) and write new values into that array"
    )
    with pytest.raises(runtime.RuntimeInputError, match=problem):
        scale.bind(x)


def test_a_view_that_can_be_read_in_place_is_bound(scale, tmp_path):
    np.ones(6, np.float32).tofile(tmp_path / "x.bin")
    x = np.memmap(tmp_path / "x.bin", np.float32, "r+")
    bound = scale.bind(x[2:])
    x[:] = 5
    np.testing.assert_array_equal(bound()["y"], scaled(np.full(4, 5, np.float32)))


def test_what_run_refuses_is_refused(scale):
    x = np.ones(6, np.float32)
    with pytest.raises(runtime.RuntimeInputError, match="must be float32, but the array is float64"):
        scale.bind(np.ones(6))
    with pytest.raises(runtime.RuntimeInputError, match=r"must be a writable C-contiguous float32 array"):
        scale.bind(x, out=[np.zeros(5, np.float32)])
    with pytest.raises(runtime.RuntimeInputError, match="the model has 1 outputs, out has 0 arrays"):
        scale.bind(x, out=[])
    with pytest.raises(runtime.RuntimeInputError, match="out for 'y' shares memory with an input"):
        scale.bind(x, out=[x])
    with pytest.raises(runtime.RuntimeInputError, match="missing x; unknown z"):
        scale.bind({"z": x})


def test_one_run_at_a_time(hanging):
    x = np.zeros(1, np.int32)
    request = hanging.create_request()
    bound = request.bind(x)
    caller = threading.Thread(target=bound)
    caller.start()
    try:
        while not request._turn.lock.locked():
            pass
        for use in (bound, lambda: request.run(x), lambda: request.bind(x)):
            with pytest.raises(runtime.RuntimeStateError, match="this request is running; wait for it"):
                use()
    finally:
        x[0] = 1
        caller.join(10)
    assert list(bound()) == ["y"]


def test_a_closed_model_says_so(scale_path):
    x = np.ones(1, np.float32)
    with runtime.load(scale_path) as model:
        bound = model.bind(x)
    with pytest.raises(runtime.RuntimeStateError, match="the model is closed"):
        bound()
    with pytest.raises(runtime.RuntimeStateError, match="the model is closed"):
        model.bind(x)


def test_after_a_fork(scale_path):
    x = np.arange(9, dtype=np.float32)
    with runtime.load(scale_path, threads=2) as model:
        bound = model.bind(x)
        bound()
        child = os.fork()
        if child == 0:
            bound.outputs["y"][:] = 0
            os._exit(0 if (bound()["y"] == scaled(x)).all() else 1)
        assert os.waitpid(child, 0)[1] == 0
        np.testing.assert_array_equal(bound()["y"], scaled(x))


def test_a_failure_of_the_artifact_is_told(scale):
    bound = scale.bind(np.ones(1, np.float32))
    bound._run = lambda: 7
    with pytest.raises(runtime.DldtRuntimeError, match="the artifact reports error 7"):
        bound()
