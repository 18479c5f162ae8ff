"""Cases of the matrix product."""

from __future__ import annotations

from dldt.compiler import ops
from tests.ops.case import Case, integers, normal


def _matmul(name, a, b, ta=False, tb=False, symbolic=None, constant=()):
    data = (normal(*a), normal(*b, seed=1))
    constant = frozenset(constant)
    return Case(ops.MatMul(ta, tb), data, f"MatMul-{name}", constant, symbolic=symbolic or {}, tolerance=1e-5)


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
    _matmul("rows-packed", (2, 1, 47, 19), (3, 19, 37), symbolic={0: "N,1,T,19"}),
    _matmul("rows-packed-transposed-b", (2, 50, 35), (2, 37, 35), tb=True, symbolic={0: "2,T,35", 1: "2,S,35"}),
    _matmul("rows-packed-transposed-both", (2, 18, 47), (2, 33, 18), True, True, symbolic={0: "N,18,T", 1: "N,33,18"}),
    _matmul("free-depth", (3, 5, 21), (3, 21, 20), symbolic={0: "3,T,S", 1: "3,S,20"}),
    _matmul("free-depth-and-columns", (3, 5, 21), (3, 21, 20), symbolic={0: "3,5,S", 1: "3,S,C"}),
    _matmul("free-rows-transposed-a", (2, 21, 40), (2, 21, 20), ta=True, symbolic={0: "2,S,T", 1: "2,S,20"}),
    _matmul("vector-transposed", (7,), (3, 40, 7), tb=True),
    _matmul("batch-vector", (3, 40, 7), (7,)),
    _matmul("constant-batch", (3, 40, 7), (3, 7, 20), constant=(1,)),
    _matmul("constant-left", (40, 7), (3, 7, 20), constant=(0,)),
    _matmul("depth-1", (3, 40, 1), (3, 1, 20)),
    Case(ops.MatMul(), (normal(3, 65, dtype="f2"), normal(65, 5, dtype="f2")), "MatMul-f16", tolerance=2e-3),
    Case(ops.MatMul(), (integers(-9, 9, 3, 5, dtype="i4"), integers(-9, 9, 5, 4, seed=1, dtype="i4")), "MatMul-i32"),
]
