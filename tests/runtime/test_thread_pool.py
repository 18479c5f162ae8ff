import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from dldt import runtime
from tests.codegen.artifact import build_rounds

# Runs `rounds` jobs of 10 rounds (20 barriers) each, and prints how often a thread's word was not there in time.
JOBS = """
import sys, time
import numpy as np
from dldt import runtime
path, threads, jobs, pause = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
wrong = 0
with runtime.load(path, threads=threads) as model:
    for job in range(jobs):
        wrong += int(model(np.array([10, 1 + 10 * job]))[:threads].sum())
        if pause and job % 50 == 0:
            time.sleep(pause)
print(wrong)
"""


@pytest.fixture(scope="module")
def rounds(tmp_path_factory):
    return build_rounds(tmp_path_factory.mktemp("rounds") / "rounds.so")


def start(rounds, threads, jobs, pause=0.0, command=()):
    words = [*command, sys.executable, "-c", JOBS, str(rounds), str(threads), str(jobs), str(pause)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("threads", [2, 3, 4, 8])
def test_barriers_hold(rounds, threads):
    with runtime.load(rounds, threads=threads) as model:
        for job in range(200):
            assert not model(np.array([10, 1 + 10 * job]))[:threads].any()


def test_workers_that_fell_asleep_are_woken(rounds):
    with runtime.load(rounds, threads=2) as model:
        for job in range(30):
            time.sleep(0.003)
            assert not model(np.array([3, 1 + 10 * job]))[:2].any()


def test_on_one_processor(rounds):
    processor = min(os.sched_getaffinity(0))
    code = f"import os; os.sched_setaffinity(0, {{{processor}}})\n"
    done = subprocess.run(
        [sys.executable, "-c", code + JOBS, str(rounds), "3", "200", "0"], capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.returncode) == ("0\n", 0)


def test_a_process_that_is_paused_again_and_again(rounds):
    child = start(rounds, 3, 1500, 0.001)
    try:
        for _ in range(25):
            time.sleep(0.01)
            child.send_signal(signal.SIGSTOP)
            time.sleep(0.004)
            child.send_signal(signal.SIGCONT)
        out, _ = child.communicate(timeout=90)
    finally:
        child.kill()
        child.wait()
    assert (out, child.returncode) == ("0\n", 0)


def test_idle_workers_use_no_processor_time(rounds):
    with runtime.load(rounds, threads=3) as model:
        model(np.array([1, 1]))
        time.sleep(0.05)
        before = time.process_time()
        time.sleep(0.3)
        # Not a measure of speed: a worker that never slept would have used the whole 0.3 s.
        assert time.process_time() - before < 0.1


def test_a_process_that_ends_without_closing_the_model(rounds):
    code = JOBS.replace(
        "with runtime.load(path, threads=threads) as model:", "model = runtime.load(path, threads=threads)\nif True:"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(rounds), "3", "20", "0"], capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr, done.returncode) == ("0\n", "", 0)
