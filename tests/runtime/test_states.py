"""State variables: what one run of a request leaves for the next."""

import json

import numpy as np
import pytest

from dldt import runtime
from dldt.runtime.errors import RuntimeLoadError
from dldt.runtime.metadata import parse_metadata
from tests.codegen.step_models import adding as adding_model

X = np.array([3, 40])


@pytest.fixture(params=[1, 2])
def adding(request, adding_path):
    with runtime.load(adding_path, threads=request.param) as model:
        yield model


def test_a_request_keeps_its_state_and_others_have_their_own(adding):
    first, second = adding.create_request(), adding.create_request()
    for turn in range(1, 4):
        np.testing.assert_array_equal(first.run(X)["y"], X * turn)
    np.testing.assert_array_equal(second.run(X)["y"], X)
    np.testing.assert_array_equal(first.state["total"], X * 3)
    np.testing.assert_array_equal(second.state["total"], X)


def test_a_bound_run_has_the_state_of_its_request(adding):
    request = adding.create_request()
    bound = request.bind(X)
    request.run(X)
    np.testing.assert_array_equal(bound()["y"], X * 2)
    np.testing.assert_array_equal(request.run(X)["y"], X * 3)


def test_the_state_is_read_and_assigned(adding):
    request = adding.create_request()
    assert request.state["total"] is None
    request.state["total"] = np.array([100, 200])
    np.testing.assert_array_equal(request.state["total"], [100, 200])
    np.testing.assert_array_equal(request.run(X)["y"], [103, 240])
    held = request.state["total"]
    held[:] = 0
    np.testing.assert_array_equal(request.state["total"], [103, 240])
    request.state["total"] = np.arange(4)[::2]
    np.testing.assert_array_equal(request.run(X)["y"], [3, 42])
    request.state["total"] = None
    assert request.state["total"] is None
    np.testing.assert_array_equal(request.run(X)["y"], X)


def test_a_state_may_be_empty(adding):
    request = adding.create_request()
    request.state["total"] = np.zeros(0, np.int64)
    assert request.state["total"].shape == (0,)


def test_reset_forgets_the_state(adding):
    request = adding.create_request()
    request.run(X)
    request.reset()
    assert request.state["total"] is None
    np.testing.assert_array_equal(request.run(X)["y"], X)


def test_the_state_outlives_the_memory_that_is_given_back(adding):
    request = adding.create_request()
    request.run(X)
    request.release_memory()
    assert request.memory > 0
    np.testing.assert_array_equal(request.run(X)["y"], X * 2)


def test_runs_of_the_model_itself_start_anew(adding):
    for _ in range(3):
        np.testing.assert_array_equal(adding(X), X)
        np.testing.assert_array_equal(adding.run({"x": X})["y"], X)


def test_the_names_of_the_variables(adding, scale):
    state = adding.create_request().state
    assert list(state) == ["total"]
    assert len(state) == 1
    assert "total" in state
    assert "sum" not in state
    assert [str(each) for each in adding.metadata.states] == ["total: i64[?]"]
    with pytest.raises(
        runtime.RuntimeInputError, match="the model has no state variable 'sum'; its state variables: 'total'"
    ):
        state["sum"]
    with pytest.raises(runtime.RuntimeInputError, match="the model 'scale' has no state variables"):
        _ = scale.create_request().state


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (np.zeros(2, np.float32), "state variable 'total' must be a numpy array of int64, not float32"),
        ([1, 2], "state variable 'total' must be a numpy array of int64, not a list"),
        (np.zeros((2, 1), np.int64), r"state variable 'total' must have the shape \[\?\], not \[2,1\]"),
    ],
)
def test_what_does_not_fit_is_refused(adding, value, problem):
    request = adding.create_request()
    request.run(X)
    with pytest.raises(runtime.RuntimeInputError, match=problem):
        request.state["total"] = value
    np.testing.assert_array_equal(request.state["total"], X)


def test_a_state_beyond_the_limit_is_refused(adding):
    request = adding.create_request(max_memory=1000)
    with pytest.raises(runtime.RunMemoryError, match="no memory for the 8000 bytes of the state variable 'total'"):
        request.state["total"] = np.zeros(1000, np.int64)
    assert request.state["total"] is None


@pytest.mark.parametrize(
    ("states", "problem"),
    [
        ({}, "has states that are not a list"),
        ([3], "has a tensor that is not an object"),
        ([{"name": "a", "dtype": "i64", "shape": [1]}], "gives the state a the slot None"),
        ([{"name": "a", "dtype": "i64", "shape": [1], "slot": 2}], "gives a state a slot that is not its own"),
        ([{"name": "a", "dtype": "i64", "shape": [1], "slot": -1}], "gives the state a the slot -1"),
        ([{"name": "a", "dtype": "i65", "shape": [1], "slot": 0}], "gives a the unknown element type 'i65'"),
        ([{"name": "a", "dtype": "i64", "shape": [-1], "slot": 0}], "gives a the dim -1"),
        (
            [{"name": n, "dtype": "i64", "shape": [], "slot": 0} for n in "ab"],
            "gives a state a slot that is not its own",
        ),
        ([{"name": "a", "dtype": "i64", "shape": [], "slot": n} for n in (0, 1)], "names a state twice"),
    ],
)
def test_damaged_states_are_refused(states, problem):
    text = json.dumps(adding_model().metadata | {"states": states}).encode()
    with pytest.raises(RuntimeLoadError, match=f"m.so is damaged: its metadata {problem}; copy or compile it again"):
        parse_metadata(text, "m.so")
