"""Cases of the operations of two inputs with broadcasting, and of Select."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from tests.ops.case import Case, booleans, integers, normal, scalar, uniform

_FLOAT = (ops.Add, ops.Subtract, ops.Multiply, ops.Divide, ops.Maximum, ops.Minimum, ops.SquaredDifference)
_COMPARE = (ops.Equal, ops.NotEqual, ops.Less, ops.LessEqual, ops.Greater, ops.GreaterEqual)
_LOGICAL = (ops.LogicalAnd, ops.LogicalOr, ops.LogicalXor)
_SHAPES = (
    ((2, 17, 3, 5), (2, 17, 3, 5), {0: "N,17,H,W", 1: "N,17,H,W"}),
    ((2, 17, 3, 5), (17, 1, 1), {0: "N,17,H,W"}),
    ((2, 17, 3, 5), (5,), {0: "N,17,H,5"}),
    ((3, 1, 5), (1, 7, 1), {0: "N,1,M", 1: "1,7,1"}),
    ((33,), (), {0: "N"}),
    ((), (), {}),
    ((1,), (2, 3, 1, 2, 5), {1: "N,3,1,2,5"}),
)
_BITWISE = (ops.BitwiseAnd, ops.BitwiseOr, ops.BitwiseXor)
_SHIFTS = (ops.BitwiseLeftShift, ops.BitwiseRightShift)
_EDGES = "the results beyond the bits are not defined there"
_SIGNED = integers(-20, 20, 4, 9, dtype="i4")
_DIVISOR = np.where(integers(0, 2, 4, 9, seed=3) == 0, 3, -4).astype("i4")


def _text(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "scalar"


CASES = [
    *(
        Case(op(), (normal(*a), normal(*b, seed=1)), f"{op.__name__}-{_text(a)}-{_text(b)}", symbolic=symbolic)
        for op in _FLOAT
        for a, b, symbolic in _SHAPES
    ),
    *(
        Case(op(), (integers(-3, 3, *a), integers(-3, 3, *b, seed=1)), f"{op.__name__}-{_text(a)}-{_text(b)}",
             symbolic=symbolic)
        for op in _COMPARE
        for a, b, symbolic in _SHAPES[1:3]
    ),
    *(Case(op(), (normal(2, 5), normal(2, 5, seed=1)), f"{op.__name__}-f32") for op in _COMPARE),
    *(
        Case(op(), (booleans(*a), booleans(*b, seed=1)), f"{op.__name__}-{_text(a)}-{_text(b)}", symbolic=symbolic)
        for op in _LOGICAL
        for a, b, symbolic in _SHAPES[:2]
    ),
    *(
        Case(op(), (integers(-9, 9, 3, 5, dtype="i4"), integers(-9, 9, 5, seed=1, dtype="i4")), f"{op.__name__}-i32")
        for op in (ops.Add, ops.Subtract, ops.Multiply, ops.Maximum, ops.Minimum, ops.SquaredDifference)
    ),
    *(
        Case(op(), (integers(-9, 9, 3, 5), integers(-9, 9, 5, seed=1)), f"{op.__name__}-i64")
        for op in (ops.Add, ops.Subtract, ops.Multiply, ops.Maximum, ops.Minimum)
    ),
    *(
        Case(op(), (integers(-99, 99, *a, dtype="i4"), integers(-99, 99, *b, seed=1, dtype="i4")),
             f"{op.__name__}-{_text(a)}-{_text(b)}", symbolic=symbolic)
        for op in _BITWISE
        for a, b, symbolic in _SHAPES[:3]
    ),
    *(
        Case(op(), (integers(0, 200, 3, 19, dtype=dtype), integers(0, 200, 19, seed=1, dtype=dtype)),
             f"{op.__name__}-{dtype}")
        for op in _BITWISE
        for dtype in ("u1", "i8")
    ),
    *(
        Case(op(), (integers(0, 99, 4, 9, dtype=dtype), integers(0, 6, 9, seed=1, dtype=dtype)),
             f"{op.__name__}-{dtype}", symbolic={0: "N,9"})
        for op in _SHIFTS
        for dtype in ("i4", "u1", "u8")
    ),
    *(
        Case(op(), (integers(-99, 99, 4, 90, dtype=dtype), integers(-90, 90, 90, seed=1, dtype=dtype)),
             f"{op.__name__}-beyond-{dtype}", openvino=False, why=_EDGES)
        for op in _SHIFTS
        for dtype in ("i1", "i2", "i8")
    ),
    Case(ops.Divide(), (_SIGNED, _DIVISOR), "Divide-i32-floor", openvino=False, why="the CPU device truncates"),
    Case(ops.Divide(m_pythondiv=False), (_SIGNED, _DIVISOR), "Divide-i32-truncate"),
    Case(ops.Divide(m_pythondiv=False), (_SIGNED.astype("i8"), _DIVISOR.astype("i8")), "Divide-i64-truncate"),
    Case(ops.Power(), (uniform(0.1, 3, 3, 5), uniform(-2, 2, 5, seed=1)), "Power", symbolic={0: "N,5"}),
    Case(ops.Power(), (normal(3, 5), scalar(2.0)), "Power-square"),
    Case(ops.Power(), (normal(3, 5), scalar(3.0)), "Power-cube"),
    Case(ops.Power(), (uniform(0.1, 3, 3, 5), scalar(0.5)), "Power-root"),
    Case(ops.Power(), (uniform(0.1, 3, 3, 5), scalar(-0.5)), "Power-inverse-root"),
    Case(ops.Mod(), (uniform(-9, 9, 3, 7), uniform(1, 3, 7, seed=1)), "Mod"),
    Case(ops.Mod(), (_SIGNED, _DIVISOR), "Mod-i32"),
    Case(ops.FloorMod(), (uniform(-9, 9, 3, 7), uniform(1, 3, 7, seed=1)), "FloorMod"),
    Case(ops.FloorMod(), (uniform(-9, 9, 3, 7), -uniform(1, 3, 7, seed=1)), "FloorMod-negative"),
    Case(ops.FloorMod(), (_SIGNED, _DIVISOR), "FloorMod-i32"),
    Case(ops.Add(auto_broadcast="none"), (normal(3, 5), normal(3, 5, seed=1)), "Add-no-broadcast"),
    Case(ops.Add(), (normal(9, dtype="f8"), normal(9, seed=1, dtype="f8")), "Add-f64"),
    Case(ops.Select(), (booleans(2, 3, 5), normal(2, 3, 5), normal(2, 3, 5, seed=1)), "Select",
         symbolic={0: "N,3,M", 1: "N,3,M", 2: "N,3,M"}),
    Case(ops.Select(), (booleans(3, 1), normal(2, 3, 5), scalar(-1.0)), "Select-broadcast"),
    Case(ops.Select(), (booleans(2, 3, 5), normal(5), normal(3, 1, seed=1)), "Select-small-branches"),
    Case(ops.Select(), (booleans(5), integers(0, 9, 5), integers(0, 9, 5, seed=1)), "Select-i64"),
]  # fmt: skip
