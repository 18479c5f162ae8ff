"""Cases of Fourier transforms."""

from __future__ import annotations

from dldt.compiler import ops
from tests.ops.case import Case, i64, normal

_AXES, _BOTH = frozenset({1}), frozenset({1, 2})

CASES = [
    Case(ops.DFT(), (normal(3, 8, 2), i64(1)), "DFT", _AXES, {0: "N,8,2"}),
    Case(ops.DFT(), (normal(4, 5, 6, 2), i64(0, -1)), "DFT-two", _AXES, {0: "4,N,6,2"}, tolerance=4e-6),
    Case(ops.DFT(), (normal(5, 7, 2), i64(0, 1), i64(8, 4)), "DFT-sized", _BOTH, {0: "N,M,2"}, tolerance=4e-6),
    Case(ops.DFT(), (normal(2, 600, 2), i64(1)), "DFT-staged", _AXES, openvino=False,
         why="it multiplies angles up in f32"),
    Case(ops.DFT(), (normal(2, 0, 2), i64(1), i64(8)), "DFT-of-nothing", _BOTH, openvino=False,
         why="it takes no empty axis"),
    Case(ops.DFT(), (normal(0, 4, 2), i64(1), i64(8)), "DFT-none", _BOTH, openvino=False, why="it takes no empty axis"),
    Case(ops.IDFT(), (normal(3, 8, 2), i64(1)), "IDFT", _AXES, {0: "N,8,2"}),
    Case(ops.IDFT(), (normal(5, 7, 2), i64(1, 0), i64(-1, 9)), "IDFT-sized", _BOTH, tolerance=4e-6),
    Case(ops.IDFT(), (normal(2, 500, 2), i64(1), i64(512)), "IDFT-staged", _BOTH, tolerance=4e-6),
    Case(ops.RDFT(), (normal(3, 9), i64(1)), "RDFT", _AXES, {0: "N,9"}),
    Case(ops.RDFT(), (normal(3, 4, 6), i64(0, 2, 1), i64(2, 5, 3)), "RDFT-sized", _BOTH, tolerance=4e-6),
    Case(ops.RDFT(), (normal(3, 4, 6), i64(0, 2, 1), i64(5, -1, 7)), "RDFT-filled", _BOTH, tolerance=4e-6,
         openvino=False, why="its CPU device leaves memory that is filled up undefined"),
    Case(ops.RDFT(), (normal(2, 8, 0), i64(1, 2), i64(8, 8)), "RDFT-of-nothing", _BOTH, openvino=False,
         why="it takes no empty axis"),
    Case(ops.RDFT(), (normal(2, 400), i64(-1)), "RDFT-staged", _AXES, tolerance=4e-6),
    Case(ops.IRDFT(), (normal(3, 5, 2), i64(1)), "IRDFT", _AXES, {0: "N,5,2"}),
    Case(ops.IRDFT(), (normal(3, 5, 2), i64(1), i64(9)), "IRDFT-odd", _BOTH),
    Case(ops.IRDFT(), (normal(4, 3, 6, 2), i64(0, 1, 2)), "IRDFT-three", _AXES, tolerance=4e-6),
    Case(ops.IRDFT(), (normal(4, 3, 6, 2), i64(0, 1, 2), i64(3, 2, 7)), "IRDFT-sized", _BOTH, tolerance=4e-6,
         openvino=False, why="its CPU device leaves memory undefined where sizes differ"),
    Case(ops.IRDFT(), (normal(4, 3, 6, 2), i64(0, 1, 2), i64(-1, 4, 17)), "IRDFT-filled", _BOTH, tolerance=4e-6,
         openvino=False, why="its CPU device leaves memory that is filled up undefined"),
    Case(ops.IRDFT(), (normal(2, 200, 2), i64(1)), "IRDFT-staged", _AXES, tolerance=4e-6),
]  # fmt: skip
