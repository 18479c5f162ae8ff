"""Cases of sorting, encoding and running sums."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from tests.ops.case import Case, i64, integers, normal, scalar

_K = frozenset({1})
_DISTINCT = np.random.default_rng(5).permutation(105).reshape(3, 5, 7).astype("f4")
_TIES = np.array([[3, 1, 3, 2, 1, 3], [0, 0, 0, 0, 0, 0]], "f4")

CASES = [
    *(
        Case(ops.TopK(axis, mode, sort), (_DISTINCT, scalar(k, "i8")), f"TopK-{axis}-{mode}-{sort}", _K)
        for axis, mode, sort, k in (
            (-1, "max", "value", 3),
            (1, "max", "value", 1),
            (1, "min", "value", 5),
            (0, "max", "index", 2),
            (2, "min", "index", 4),
        )
    ),
    Case(ops.TopK(1, "max", "value"), (_DISTINCT, scalar(2, "i8")), "TopK-symbolic", _K, {0: "N,5,M"}),
    Case(ops.TopK(1, "max", "value", "i64"), (_TIES, scalar(4, "i8")), "TopK-ties", _K),
    Case(ops.TopK(1, "min", "value", "i64"), (_TIES, scalar(4, "i8")), "TopK-ties-min", _K),
    Case(ops.TopK(0, "max", "value", "i64"), (integers(-99, 99, 9, dtype="i4"), scalar(3, "i8")), "TopK-i32", _K),
    Case(ops.OneHot(-1), (integers(0, 5, 2, 3), scalar(5, "i8"), scalar(1.0), scalar(0.0)), "OneHot",
         frozenset({1, 2, 3}), {0: "N,3"}),
    Case(ops.OneHot(0), (i64(1, 7, 0), scalar(4, "i8"), scalar(2.5), scalar(-1.0)), "OneHot-outside",
         frozenset({1, 2, 3})),
    Case(ops.OneHot(1), (integers(0, 3, 2, 2, 2), scalar(3, "i8"), scalar(1, "i8"), scalar(0, "i8")), "OneHot-i64",
         frozenset({1, 2, 3})),
    *(
        Case(ops.CumSum(exclusive, reverse), (normal(3, 7), scalar(axis, "i8")),
             f"CumSum-{axis}-{exclusive}-{reverse}", _K, {0: "N,M"})
        for exclusive in (False, True)
        for reverse in (False, True)
        for axis in (0, -1)
    ),
]  # fmt: skip
