"""Close matches of names: the right ones, and in milliseconds whatever the names."""

import random
import time

import pytest

from dldt.compiler.did_you_mean import did_you_mean
from dldt.compiler.printable import LONGEST

LETTERS = "abcdefghijklmnopqrstuvwxyz_/."


def long_names(count, length):
    generator = random.Random(0)
    return ["".join(generator.choices(LETTERS, k=length)) for _ in range(count)]


@pytest.mark.parametrize(
    ("name", "known", "close"),
    [
        ("imput", ["input", "output", "mask"], "'input'"),
        ("inptu", [f"n{k}" for k in range(5000)] + ["input"], "'input'"),
        ("/layer.7/attention/Matmul_1", [f"/layer.{k}/attention/MatMul_1" for k in range(500)], "'/layer.7/att"),
        ("x" * 200, ["x" * 5000, "y"], f"'{'x' * LONGEST}…'"),
    ],
)
def test_the_close_ones_are_named(name, known, close):
    assert did_you_mean(name, known).startswith("; close matches: ")
    assert close in did_you_mean(name, known)


def test_without_a_close_one_the_first_are_listed():
    assert did_you_mean("zzzz", [f"n{k}" for k in range(100)]).startswith("; there are 'n0', 'n1'")
    assert did_you_mean("zzzz", []) == ""


@pytest.mark.parametrize(("count", "length"), [(20000, 60), (50, 100_000), (3, 2_000_000), (2000, 3000)])
def test_long_names_and_many_take_no_time(count, length):
    names = long_names(min(count, 50), length)
    names += [f"{k}{names[k % 50][:60]}" for k in range(count - len(names))]
    wanted = names[-1][: length // 2] + "_" + names[-1][length // 2 :]
    started = time.process_time()
    assert "close matches" in did_you_mean(wanted, names)
    assert time.process_time() - started < 0.5
