"""The ranking of kernels, from numbers written by hand."""

import pytest

from benchmarks import roofline
from dldt.tools.roofline import Level, Peaks

PEAKS = Peaks(1, 100.0, 10.0, (Level("L1", 1_000, 100.0), Level("L2", 1_000_000, 20.0)))


def step(kernel, ms, **numbers):
    names = {"kernel": kernel, "what": "Convolution", "algorithm": "tile", "output": "y"}
    return names | {"flops": 0, "operations": 0, "bytes": 0, "weights": 0, "passed": 0, "ms": ms} | numbers


STEPS = [
    step("conv", 2.0, flops=200_000_000, operations=100_000_000, bytes=1_000_000),
    step("copy", 1.0, bytes=10_000_000, what="Copy"),
    step("conv", 2.0, flops=200_000_000, operations=100_000_000, bytes=1_000_000),
]


def test_calls_of_a_kernel_count_together():
    conv, copy = roofline.grouped("m", STEPS, PEAKS)
    assert (conv["calls"], conv["ms"], conv["share"]) == (2, 4.0, pytest.approx(0.8))
    assert (conv["roofline"], conv["bound"]) == (pytest.approx(0.5), "compute")
    assert (copy["calls"], copy["roofline"], copy["bound"]) == (1, pytest.approx(1.0), "memory")


def test_the_tables():
    rows = roofline.grouped("m", STEPS, PEAKS)
    assert [line.split() for line in roofline.text(rows)] == [
        ["model", "share", "ms", "calls", "GFLOP/s", "GB/s", "roofline", "bound", "kernel"],
        ["m", "80%", "4.000", "2", "100", "(50)", "0", "50%", "compute", "Convolution:", "tile"],
        ["m", "20%", "1.000", "1", "-", "10", "100%", "memory", "Copy:", "tile"],
    ]
    assert roofline.markdown(rows)[2] == ("| m | 80% | 4.000 | 2 | 100 (50) | 0 | 50% | compute | Convolution: tile |")
