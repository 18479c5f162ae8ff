"""The least time of a step, by hand: 100 GFLOP/s; 10 GB/s from memory, 20 from L3, 40 from L2, 80 from L1."""

import pytest

from dldt.tools.roofline import LeastTime, Level, Peaks, bounds

CACHES = (Level("L1", 1_000, 80.0), Level("L2", 100_000, 40.0), Level("L3", 10_000_000, 20.0))
PEAKS = Peaks(1, 100.0, 10.0, CACHES)


def step(**numbers):
    return {"operations": 0, "bytes": 0, "weights": 0, "passed": 0} | numbers


@pytest.mark.parametrize(
    ("numbers", "bound"),
    [
        ({"operations": 1_000_000, "bytes": 100_000}, LeastTime(1e-5, "compute")),
        ({"operations": 100_000, "bytes": 100_000}, LeastTime(2.5e-6, "L2")),
        ({"operations": 1_000_000, "bytes": 100_000, "pair": 2}, LeastTime(5e-6, "compute")),
        ({"bytes": 800}, LeastTime(1e-8, "L1")),
        ({"bytes": 2_000_000}, LeastTime(1e-4, "L3")),
        ({"bytes": 20_000_000}, LeastTime(2e-3, "memory")),
        ({"operations": 100_000, "bytes": 100_000, "passed": 400_000}, LeastTime(1.25e-5, "L2")),
        ({"operations": None, "bytes": None}, None),
    ],
)
def test_a_step_alone(numbers, bound):
    [found] = bounds([step(**numbers)], PEAKS)
    assert (found is None) == (bound is None)
    if bound:
        assert (found.seconds, found.by) == (pytest.approx(bound.seconds), bound.by)


def test_weights_come_from_where_all_of_them_fit():
    """Each step's 60 kB of weights would fit L2; together, with the largest data, they do not: 3 us at 20 GB/s."""
    steps = [step(bytes=60_500, weights=60_000), step(bytes=60_000, weights=60_000)]
    found = bounds(steps, PEAKS)
    assert [bound.seconds for bound in found] == pytest.approx([3e-6 + 500 / 80e9, 3e-6])
    assert {bound.by for bound in found} == {"L3"}
    [alone] = bounds(steps[1:], PEAKS)
    assert (alone.seconds, alone.by) == (pytest.approx(1.5e-6), "L2")


def test_operations_by_definition():
    [done] = bounds([step(flops=4_000_000, operations=1_000_000)], PEAKS)
    [defined] = bounds([step(flops=4_000_000, operations=1_000_000)], PEAKS, "flops")
    assert (done.seconds, defined.seconds) == (pytest.approx(1e-5), pytest.approx(4e-5))
