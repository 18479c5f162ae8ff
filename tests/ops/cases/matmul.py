"""Cases of the matrix product."""

from __future__ import annotations

from dldt.compiler import ops
from tests.ops.case import Case, integers, normal


def _matmul(name, a, b, ta=False, tb=False, symbolic=None):
    data = (normal(*a), normal(*b, seed=1))
    return Case(ops.MatMul(ta, tb), data, f"MatMul-{name}", symbolic=symbolic or {}, tolerance=1e-5)


CASES = [
    _matmul("plain", (5, 17), (17, 33), symbolic={0: "N,17"}),
    _matmul("transposed-b", (3, 20), (33, 20), tb=True, symbolic={0: "N,20"}),
    _matmul("transposed-a", (20, 3), (20, 33), ta=True, symbolic={0: "20,N"}),
    _matmul("transposed-both", (20, 3), (33, 20), True, True),
    _matmul("one-row", (1, 33), (33, 17), symbolic={0: "N,33"}),
    _matmul("one-column", (17, 33), (33, 1)),
    _matmul("batch", (2, 3, 5, 7), (2, 3, 7, 4), symbolic={0: "N,3,T,7", 1: "N,3,7,4"}),
    _matmul("batch-broadcast", (2, 1, 5, 7), (3, 7, 4), symbolic={0: "N,1,5,7"}),
    _matmul("batch-transposed", (2, 3, 5, 7), (2, 3, 5, 7), tb=True, symbolic={0: "N,3,T,7", 1: "N,3,T,7"}),
    _matmul("batch-weights", (2, 5, 17), (17, 20), symbolic={0: "N,T,17"}),
    _matmul("vector-matrix", (7,), (7, 5)),
    _matmul("matrix-vector", (5, 7), (7,)),
    _matmul("vector-vector", (7,), (7,)),
    _matmul("vector-batch", (7,), (3, 7, 5)),
    _matmul("large", (33, 65), (65, 49)),
    Case(ops.MatMul(), (normal(3, 65, dtype="f2"), normal(65, 5, dtype="f2")), "MatMul-f16", tolerance=2e-3),
    Case(ops.MatMul(), (integers(-9, 9, 3, 5, dtype="i4"), integers(-9, 9, 5, 4, seed=1, dtype="i4")), "MatMul-i32"),
]
