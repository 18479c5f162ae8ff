"""Cases of picking by index."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from tests.ops.case import Case, i64, integers, normal, scalar

_A = frozenset({2})

CASES = [
    Case(ops.Gather(), (normal(5, 7), i64(4, 0, 2, 2), scalar(0, "i8")), "Gather-rows", _A, {0: "5,N", 1: "M"}),
    Case(ops.Gather(), (normal(5, 7), integers(-7, 7, 2, 3), scalar(1, "i8")), "Gather-matrix", _A, {0: "N,7"}),
    Case(ops.Gather(), (normal(5, 7), scalar(-2, "i8"), scalar(-1, "i8")), "Gather-scalar", _A, {0: "N,M"}),
    Case(ops.Gather(), (normal(33, 5), integers(0, 33, 2, 7, dtype="i4"), scalar(0, "i4")), "Gather-embedding", _A),
    Case(ops.Gather(), (integers(0, 99, 5), i64(1, 3), scalar(0, "i8")), "Gather-i64", _A),
    Case(ops.Gather(), (normal(3, 4, 5), i64(3, -1), scalar(1, "i8")), "Gather-middle", frozenset({1, 2}),
         {0: "N,4,M"}),
    Case(ops.Gather(1), (normal(3, 4, 5), integers(-4, 4, 3, 2), scalar(1, "i8")), "Gather-batch", _A,
         {0: "N,4,5", 1: "N,2"}),
    Case(ops.Gather(-1), (normal(3, 4, 5), integers(0, 5, 3, 2), scalar(2, "i8")), "Gather-batch-negative", _A),
    Case(ops.Gather(2), (normal(2, 3, 4), integers(0, 4, 2, 3, 2), scalar(2, "i8")), "Gather-batch-2", _A),
    Case(ops.GatherElements(1), (normal(3, 5), integers(0, 5, 3, 7)), "GatherElements", symbolic={0: "N,5", 1: "N,M"}),
    Case(ops.GatherElements(-2), (normal(3, 5), integers(-3, 3, 4, 5)), "GatherElements-first"),
    Case(ops.GatherElements(0), (normal(6), integers(0, 6, 9, dtype="i4")), "GatherElements-1d"),
    Case(ops.GatherND(), (normal(3, 4, 5), np.array([[0, 1], [2, 3]])), "GatherND", symbolic={0: "3,4,N", 1: "M,2"}),
    Case(ops.GatherND(), (normal(3, 4, 5), np.array([[0, 1, 4], [2, 3, 0]])), "GatherND-points"),
    Case(ops.GatherND(), (normal(3, 4), integers(0, 3, 2, 2, 1)), "GatherND-rows"),
    Case(ops.GatherND(1), (normal(3, 4, 5), integers(0, 4, 3, 2, 1)), "GatherND-batch",
         symbolic={0: "N,4,5", 1: "N,2,1"}),
    Case(ops.GatherND(2), (normal(2, 3, 4), integers(0, 4, 2, 3, 1)), "GatherND-batch-2"),
]  # fmt: skip
