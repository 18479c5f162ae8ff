"""Cases of places among sorted numbers, and of pooling to a given size."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from tests.ops.case import Case, i64, integers, normal

_BORDERS = np.array([-1.0, -0.25, 0.5, 2.0], "f4")
_ROWS = np.sort(normal(2, 3, 6), axis=-1)

CASES = [
    Case(ops.Bucketize(), (np.array([[-3, -1, -0.25, 0], [0.5, 1, 2, 9]], "f4"), _BORDERS), "Bucketize",
         symbolic={0: "N,4"}),
    Case(ops.Bucketize("i32", False), (np.array([-3, -1, -0.25, 0.5, 1, 2, 9], "f4"), _BORDERS), "Bucketize-left",
         symbolic={0: "N"}),
    Case(ops.Bucketize(), (integers(-5, 15, 9, dtype="i4"), i64(0, 3, 3, 9)), "Bucketize-integers"),
    Case(ops.Bucketize(), (integers(-5, 15, 3, 3, dtype="i4"), np.array([0.5, 2, 7], "f4")), "Bucketize-mixed"),
    Case(ops.SearchSorted(), (_ROWS, normal(2, 3, 4, seed=1)), "SearchSorted", symbolic={0: "N,3,6", 1: "N,3,4"}),
    Case(ops.SearchSorted(True), (i64(1, 3, 3, 5), integers(0, 7, 2, 5)), "SearchSorted-right", symbolic={1: "2,M"}),
    Case(ops.SearchSorted(False, "i32"), (i64(1, 3, 3, 5), integers(0, 7, 5)), "SearchSorted-i32", symbolic={1: "M"}),
    Case(ops.AdaptiveAvgPool(), (normal(2, 3, 7, 5), i64(3, 2)), "AdaptiveAvgPool", frozenset({1}), {0: "N,3,7,W"}),
    Case(ops.AdaptiveAvgPool(), (normal(2, 3, 4, 8), i64(1, 4)), "AdaptiveAvgPool-whole", frozenset({1})),
    Case(ops.AdaptiveAvgPool(), (normal(2, 3, 5), i64(7)), "AdaptiveAvgPool-larger", frozenset({1})),
    Case(ops.AdaptiveAvgPool(), (normal(1, 2, 4, 5, 6), i64(2, 3, 4)), "AdaptiveAvgPool-3d", frozenset({1})),
    Case(ops.AdaptiveMaxPool("i32"), (normal(2, 3, 7, 5), i64(3, 2)), "AdaptiveMaxPool", frozenset({1}),
         {0: "N,3,H,5"}),
    Case(ops.AdaptiveMaxPool("i32"), (normal(2, 3, 5), i64(3)), "AdaptiveMaxPool-1d", frozenset({1})),
    Case(ops.AdaptiveMaxPool(), (normal(1, 2, 4, 5, 6), i64(2, 3, 4)), "AdaptiveMaxPool-3d", frozenset({1}),
         openvino=False, why="its CPU device has no i64 here"),
    Case(ops.IsFinite(), (np.array([0, np.inf, -np.inf, np.nan, -3, 3e38], "f4"),), "IsFinite", symbolic={0: "N"}),
]  # fmt: skip
