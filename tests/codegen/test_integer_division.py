"""Integers divided: all four operations, at the ends of every type, against Python's integers."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.integer_case import run

TYPES = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


def _numbers(dtype, small):
    """Pairs of numbers at the ends of the type, at powers of two and multiples; small ones, or not."""
    info, rng = np.iinfo(dtype), np.random.default_rng(3)
    ends = [info.min, info.min + 1, info.max - 1, info.max]
    powers = [sign * (1 << k) + more for k in range(info.bits) for sign in (1, -1) for more in (-1, 0, 1)]
    chosen = [n for n in [*range(-7, 8), *powers, *([] if small else ends)] if info.min <= n <= info.max]
    if small:
        chosen = [n for n in chosen if abs(n) < 1 << 31]
    x, y = (rng.choice(np.array(chosen, dtype=dtype), 2000) for _ in range(2))
    for k in range(700):
        multiple = int(x[k]) // (int(y[k]) or 1) * int(y[k])
        x[k] = multiple if info.min <= multiple <= info.max else x[k]
    return x, np.where(y == 0, np.asarray(3, dtype), y)


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "aarch64"])
@pytest.mark.parametrize("small", [True, False])
def test_quotients_and_remainders(small, level, tmp_path):
    for dtype in TYPES if level == "host" else [np.int32, np.int64]:
        x, y = _numbers(dtype, small)
        lowest = np.iinfo(dtype).min
        keep = ~((x == lowest) & (y.astype(object) == -1)) if lowest else np.ones(x.size, bool)
        x, y = x[keep], y[keep]
        graph = Graph("division")
        one, two = (graph.parameter(name, TensorType(DType.of(x.dtype), x.shape)) for name in "xy")
        graph.result(ops.Concat(0)(ops.FloorMod()(one, two), ops.Mod()(one, two), ops.Divide()(one, two)), "y")
        found = np.split(run(graph, {"x": x, "y": y}, level, tmp_path), 3)
        pairs = [(int(a), int(c)) for a, c in zip(x, y, strict=True)]
        quotient = [abs(a) // abs(c) * (1 if (a < 0) == (c < 0) else -1) for a, c in pairs]
        wanted = [
            [a % c for a, c in pairs],
            [a - q * c for (a, c), q in zip(pairs, quotient, strict=True)],
            [a // c for a, c in pairs],
        ]
        for got, numbers in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(got, np.array(numbers, dtype=dtype), err_msg=f"{dtype.__name__}")
