"""Outputs whose shape a run finds, conditions on what it finds, and the memory that it takes."""

import numpy as np
import pytest

from dldt import runtime
from dldt.runtime.slots import Slots


@pytest.fixture(params=[1, 2])
def finding(request, finding_path):
    with runtime.load(finding_path, threads=request.param) as model:
        yield model


def expected(rows):
    return np.arange(2 * rows).reshape(rows, 2)


def assert_finds(request, rows):
    found = request.run(np.array([rows, 0]))
    assert list(found) == ["fixed", "y"]
    np.testing.assert_array_equal(found["fixed"], [0, 1])
    np.testing.assert_array_equal(found["y"], expected(rows))
    assert found["y"].dtype == np.int64
    assert found["y"].shape == (rows, 2)


def test_every_run_finds_the_shape_anew(finding):
    request = finding.create_request()
    for rows in (3, 1000, 0, 5, 100_000, 1):
        assert_finds(request, rows)


def test_outputs_of_earlier_runs_stay(finding):
    request = finding.create_request()
    first = request.run(np.array([4, 0]))["y"]
    assert_finds(request, 9)
    np.testing.assert_array_equal(first, expected(4))
    job = request.start({"x": np.array([6, 0])})
    np.testing.assert_array_equal(job.result()["y"], expected(6))
    np.testing.assert_array_equal(finding.run({"x": np.array([2, 0])})["y"], expected(2))


def test_arrays_cannot_be_given_for_what_the_run_finds(finding):
    arrays = [np.zeros(2, np.int64), np.zeros((3, 2), np.int64)]
    x = np.array([3, 0])
    problem = "out cannot be given: the run itself finds the shape of output 'y'; run without out"
    with pytest.raises(runtime.RuntimeInputError, match=problem):
        finding(x, out=arrays)
    problem = "the arrays cannot be bound: each run finds the shape of output 'y' anew; use run"
    with pytest.raises(runtime.RuntimeInputError, match=problem):
        finding.bind(x)


def test_a_condition_that_does_not_hold_ends_the_run(finding):
    request = finding.create_request()
    problem = r"node 'find': x\[1\] = \? must be at most \?, but they are 8 and 5"
    with pytest.raises(runtime.RuntimeInputError, match=problem):
        request.run(np.array([5, 8]))
    assert_finds(request, 5)


def test_the_request_says_how_much_memory_it_holds_and_gives_it_back(finding):
    request = finding.create_request()
    assert request.memory == 0
    assert_finds(request, 1000)
    assert 16_000 <= request.memory < 20_000
    assert_finds(request, 10)
    assert 16_000 <= request.memory < 20_000
    request.release_memory()
    assert request.memory == 0
    assert_finds(request, 10)
    assert 160 <= request.memory < 300


def test_memory_beyond_the_limit_is_refused(finding, finding_path):
    problem = (
        "no memory for 16000 bytes whose size was found while the model ran: the system has no more, or the request's "
        "max_memory is too small"
    )
    request = finding.create_request(max_memory=10_000)
    for _ in range(2):
        assert_finds(request, 500)
        with pytest.raises(runtime.RunMemoryError, match=problem):
            request.run(np.array([1000, 0]))
    with runtime.load(finding_path, max_memory=10_000) as limited:
        with pytest.raises(runtime.RunMemoryError, match=problem):
            limited(np.array([1000, 0]))
        assert_finds(limited.create_request(), 500)
        assert_finds(limited.create_request(max_memory=20_000), 1000)
    for wrong in (-1, 1.5, True):
        with pytest.raises(runtime.RuntimeInputError, match="max_memory must be a number of bytes or None, not "):
            finding.create_request(max_memory=wrong)


def test_what_no_system_has_is_refused(finding):
    """Rows that are fewer than none count as a number of bytes below zero."""
    request = finding.create_request()
    for rows in (1 << 50, 1 << 58, -(1 << 20)):
        with pytest.raises(runtime.RunMemoryError, match=f"no memory for {rows * 16} bytes"):
            request.run(np.array([rows, -(1 << 62)]))
    assert_finds(request, 6)


def test_an_interruption_while_the_host_gives_memory_reaches_the_caller(finding, monkeypatch):
    request, grow = finding.create_request(), Slots.grow

    def interrupted(self, slot, size, kept=0):
        raise KeyboardInterrupt

    monkeypatch.setattr(Slots, "grow", interrupted)
    with pytest.raises(KeyboardInterrupt):
        request.run(np.array([5, 0]))
    monkeypatch.setattr(Slots, "grow", grow)
    assert_finds(request, 5)


def test_a_host_that_says_yes_and_gives_nothing_is_found_out(finding, monkeypatch):
    request, grow = finding.create_request(), Slots.grow
    monkeypatch.setattr(Slots, "grow", lambda self, slot, size, kept=0: True)
    with pytest.raises(runtime.RunMemoryError, match="no memory for 80 bytes"):
        request.run(np.array([5, 0]))
    monkeypatch.setattr(Slots, "grow", grow)
    assert_finds(request, 5)


def test_an_arena_beyond_the_limit_is_refused(scale_path, tmp_path, build_arena):
    with runtime.load(build_arena(5_000_000), threads=1) as model:
        problem = (
            "the run needs 5000000 bytes, and with the 0 that the request holds they are more than its max_memory of "
            "4000000"
        )
        with pytest.raises(runtime.RunMemoryError, match=problem):
            model.create_request(max_memory=4_000_000)
        assert model.create_request(max_memory=10_000_000).memory >= 5_000_000
    with (
        runtime.load(build_arena(1 << 47), threads=1) as model,
        pytest.raises(
            runtime.RunMemoryError, match=f"the run needs {1 << 47} bytes, and the system has no more memory"
        ),
    ):
        model(np.ones(2, np.float32))


def test_a_bound_run_keeps_its_arena(build_arena):
    with runtime.load(build_arena(5_000_000), threads=1) as model:
        request = model.create_request()
        bound = request.bind(np.ones(2, np.float32))
        request.release_memory()
        assert request.memory == 0
        np.testing.assert_array_equal(bound()["y"], np.float32([2, 3]))
        np.testing.assert_array_equal(request.run(np.ones(2, np.float32))["y"], np.float32([2, 3]))
        assert request.memory >= 5_000_000
