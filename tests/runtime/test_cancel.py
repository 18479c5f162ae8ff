"""Runs that end early: cancelled, or because their deadline has passed."""

import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest

from dldt import runtime

FOREVER = np.array([1 << 60])
CANCELLED = "the run was cancelled; its outputs are not complete"
LATE = "the run's deadline has passed; its outputs are not complete"


@pytest.fixture(params=[1, 2, 3])
def counting(request, counting_path):
    with runtime.load(counting_path, threads=request.param) as model:
        yield model


def out():
    return [np.zeros(64, np.int64), np.zeros(1, np.int64)]


@contextmanager
def cancelling(request, seconds):
    """Another thread cancels what the request runs, again and again after so many seconds: a cancel between two runs
    has no effect."""
    done = threading.Event()

    def cancel():
        done.wait(seconds)
        while not done.wait(0.0001):
            request.cancel()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    try:
        yield
    finally:
        done.set()
        canceller.join()


def assert_usable(request):
    y, turns = out()
    request.run(np.array([100]), out=[y, turns])
    assert (y == 100).all()
    assert turns[0] == 100


def test_another_thread_cancels_a_run(counting):
    request = counting.create_request()
    for _ in range(3):
        with (
            cancelling(request, 0.05),
            pytest.raises(runtime.RunCancelledError, match=CANCELLED),
        ):
            request.run(FOREVER, out=out())
        assert_usable(request)


def test_a_cancelled_run_stops_between_two_turns(counting):
    """All threads leave at the same barrier: each element has been counted equally often."""
    request, (y, turns) = counting.create_request(), out()
    for _ in range(20):
        y[:] = 0
        job = request.start(FOREVER, out=[y, turns])
        time.sleep(0.002)
        request.cancel()
        with pytest.raises(runtime.RunCancelledError):
            job.result(30)
        assert (y == y[0]).all()


def test_a_run_in_the_background_is_cancelled_right_after_it_was_started(counting):
    request = counting.create_request()
    for _ in range(20):
        job = request.start(FOREVER, out=out())
        request.cancel()
        with pytest.raises(runtime.RunCancelledError, match=CANCELLED):
            job.result(10)
        assert_usable(request)


def test_a_cancel_between_runs_changes_nothing(counting):
    request = counting.create_request()
    request.cancel()
    assert_usable(request)


def test_a_bound_run_is_cancelled_by_its_request(counting):
    request, x = counting.create_request(), FOREVER.copy()
    bound = request.bind(x, out=out())
    with cancelling(request, 0.05), pytest.raises(runtime.RunCancelledError, match=CANCELLED):
        bound()
    with pytest.raises(runtime.RunDeadlineError, match=LATE):
        bound(deadline=0.02)
    x[0] = 7
    bound.outputs["y"][:] = 0
    assert (bound()["y"] == 7).all()


def test_a_deadline_ends_a_run(counting):
    request = counting.create_request()
    for seconds in (0, 0.01, 0.2):
        started = time.monotonic()
        with pytest.raises(runtime.RunDeadlineError, match=LATE):
            request.run(FOREVER, out=out(), deadline=seconds)
        assert time.monotonic() - started >= seconds
        assert_usable(request)
    with pytest.raises(runtime.RunDeadlineError, match=LATE):
        request.start(FOREVER, out=out(), deadline=0.01).result(10)
    with pytest.raises(runtime.RunDeadlineError, match=LATE):
        counting(FOREVER, out=out(), deadline=0.01)
    with pytest.raises(runtime.RunDeadlineError, match=LATE):
        counting.run({"x": FOREVER}, deadline=0.01)


def test_a_run_that_keeps_its_deadline_is_complete(counting):
    y, turns = out()
    counting(np.array([50]), out=[y, turns], deadline=1000)
    assert (y == 50).all()
    assert turns[0] == 50


@pytest.mark.parametrize("deadline", [-1, float("nan"), float("inf"), "2", True])
def test_a_deadline_that_is_none_is_refused(counting, deadline):
    request = counting.create_request()
    problem = "deadline must be a number of seconds from 0 to 1e\\+09, not "
    for run in (request.run, request.start, counting):
        with pytest.raises(runtime.RuntimeInputError, match=problem):
            run(np.array([1]), out=out(), deadline=deadline)
    assert_usable(request)


def test_other_requests_go_on(counting):
    first, second = counting.create_request(), counting.create_request()
    job = first.start(FOREVER, out=out())
    second.cancel()
    assert_usable(second)
    assert not job.done()
    first.cancel()
    with pytest.raises(runtime.RunCancelledError):
        job.result(10)


def test_cancels_and_runs_at_the_same_time(counting):
    """However they fall together: a run that is not in progress is never cancelled, one that is always ends."""
    request = counting.create_request()
    with cancelling(request, 0):
        for _ in range(100):
            with pytest.raises(runtime.RunCancelledError):
                request.run(FOREVER, out=out())
    assert_usable(request)
