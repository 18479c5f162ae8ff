"""Which kernels threads share, beside every other way of sharing them."""

import itertools

import numpy as np
import pytest

from dldt.codegen.plan.sharing import Sharable, shared_steps
from dldt.compiler.dims import symbol

MEETING = 10_000


def time(steps, shared):
    """The definition: two threads' time, and a meeting wherever one step or the next is shared."""
    halves = [s.work * -(-s.extent // 2) / s.extent if way else s.work for s, way in zip(steps, shared, strict=True)]
    return sum(halves) + MEETING * sum(a or b for a, b in itertools.pairwise(shared))


@pytest.mark.parametrize("seed", range(20))
def test_no_other_way_takes_less_time(seed):
    rng = np.random.default_rng(seed)
    steps = [Sharable(int(w), int(e)) for w, e in zip(rng.integers(0, 60_000, 9), rng.integers(1, 6, 9), strict=True)]
    ways = itertools.product(*[(False, True) if step.extent > 1 else (False,) for step in steps])
    assert time(steps, shared_steps(steps, MEETING)) == min(time(steps, way) for way in ways)


def test_a_small_kernel_beside_a_shared_one_is_shared_and_a_row_of_them_is_not():
    large, small = Sharable(1_000_000, 8), Sharable(MEETING // 2, 8)
    assert shared_steps([small, large, small, large, small], MEETING) == [True] * 5
    assert shared_steps([large, *[small] * 9, large], MEETING) == [True, *[False] * 9, True]


def test_what_has_one_part_is_not_shared_and_what_is_unknown_is():
    free = symbol("N")
    steps = [Sharable(10**9, 1), Sharable(None, 1), Sharable(None, 3), Sharable(10**9, free), Sharable(free, free)]
    assert shared_steps(steps, MEETING) == [False, False, True, True, True]
    assert shared_steps([Sharable(None, None)], MEETING) == [True]
    assert shared_steps([], MEETING) == []
