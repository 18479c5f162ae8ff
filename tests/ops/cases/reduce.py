"""Cases of reductions."""

from __future__ import annotations

from dldt.compiler import ops
from tests.ops.case import Case, booleans, i64, integers, normal, scalar

_A = frozenset({1})
_FLOAT = (ops.ReduceSum, ops.ReduceMean, ops.ReduceMax, ops.ReduceMin, ops.ReduceProd, ops.ReduceL1, ops.ReduceL2)
_WHERE = (
    ("space", (2, 3), True, {0: "N,17,H,W"}),
    ("channels", (1,), False, {0: "N,17,H,W"}),
    ("first-last", (0, -1), False, {0: "N,17,H,W"}),
    ("all", (0, 1, 2, 3), False, {}),
    ("none", (), True, {}),
)

CASES = [
    *(
        Case(op(keep), (normal(2, 17, 3, 5), i64(*axes)), f"{op.__name__}-{name}", _A, symbolic, tolerance=1e-5)
        for op in _FLOAT
        for name, axes, keep, symbolic in _WHERE
    ),
    Case(ops.ReduceSum(False), (normal(3, 33), scalar(-1, "i8")), "ReduceSum-scalar-axis", _A, tolerance=1e-5),
    *(
        Case(op(True), (normal(5, 300, dtype="f2"), i64(1)), f"{op.__name__}-f16", _A, tolerance=2e-3)
        for op in (ops.ReduceSum, ops.ReduceMean, ops.ReduceL1, ops.ReduceL2, ops.ReduceMax)
    ),
    Case(ops.ReduceMean(True), (normal(1, 3, 7), i64(2)), "ReduceMean-3d", _A, {0: "N,3,T"}, tolerance=1e-5),
    *(
        Case(op(False), (integers(-9, 9, 3, 5, dtype="i4"), i64(1)), f"{op.__name__}-i32", _A)
        for op in (ops.ReduceSum, ops.ReduceMax, ops.ReduceMin, ops.ReduceProd)
    ),
    *(
        Case(op(keep), (booleans(2, 3, 5) | booleans(2, 3, 5, seed=1), i64(axis)), f"{op.__name__}-{axis}", _A)
        for op in (ops.ReduceLogicalAnd, ops.ReduceLogicalOr)
        for keep, axis in ((True, 1), (False, -1))
    ),
]
