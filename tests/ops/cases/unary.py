"""Cases of the mathematical functions of one input."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from tests.ops.case import Case, booleans, integers, normal, scalar, uniform

_RANGES = {
    ops.Exp: (-20.0, 20.0),
    ops.Log: (1e-6, 50.0),
    ops.Sqrt: (0.0, 90.0),
    ops.Tanh: (-9.0, 9.0),
    ops.Sin: (-30.0, 30.0),
    ops.Cos: (-30.0, 30.0),
    ops.Tan: (-1.4, 1.4),
    ops.Asin: (-1.0, 1.0),
    ops.Acos: (-1.0, 1.0),
    ops.Atan: (-30.0, 30.0),
    ops.Sinh: (-10.0, 10.0),
    ops.Cosh: (-10.0, 10.0),
    ops.Asinh: (-30.0, 30.0),
    ops.Acosh: (1.0, 30.0),
    ops.Atanh: (-0.99, 0.99),
    ops.Erf: (-4.0, 4.0),
    ops.Abs: (-5.0, 5.0),
    ops.Negative: (-5.0, 5.0),
    ops.Sign: (-1.0, 1.0),
    ops.Floor: (-5.0, 5.0),
    ops.Ceiling: (-5.0, 5.0),
}
_HALVES = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999997, -0.0, 3.2, -3.7, 8388609.0], "f4")

CASES = [
    *(
        Case(op(), (uniform(low, high, *shape),), f"{op.__name__}-{'x'.join(map(str, shape))}", symbolic=symbolic)
        for op, (low, high) in _RANGES.items()
        for shape, symbolic in (((3, 5, 17), {0: "N,5,M"}), ((1, 33), {0: "N,33"}))
    ),
    Case(ops.Exp(), (scalar(1.5),), "Exp-scalar"),
    Case(ops.Exp(), (np.array([-np.inf, -104, -88, 0, 88, 89, np.inf], "f4"),), "Exp-limits"),
    Case(ops.Tanh(), (np.array([-np.inf, -20, -1e-4, 0, 1e-4, 20, np.inf], "f4"),), "Tanh-limits"),
    Case(ops.Sqrt(), (uniform(0, 9, 2, 3, 1, 5, 7),), "Sqrt-rank5"),
    Case(ops.Exp(), (normal(20, dtype="f2"),), "Exp-f16", tolerance=2e-3),
    Case(ops.Round("half_to_even"), (_HALVES,), "Round-even"),
    Case(ops.Round("half_away_from_zero"), (_HALVES,), "Round-away"),
    Case(ops.Abs(), (integers(-9, 9, 3, 7, dtype="i4"),), "Abs-i32"),
    Case(ops.Negative(), (integers(-9, 9, 3, 7, dtype="i4"),), "Negative-i32"),
    Case(ops.Sign(), (np.array([-3.0, -0.0, 0.0, 7.0], "f4"),), "Sign-zero"),
    Case(ops.LogicalNot(), (booleans(3, 7),), "LogicalNot"),
    *(Case(ops.BitwiseNot(), (integers(0, 99, 3, 7, dtype=t),), f"BitwiseNot-{t}") for t in ("i4", "u1", "i8")),
    Case(ops.IsNaN(), (np.array([[np.nan, 1, np.inf], [-np.inf, 0, np.nan]], "f4"),), "IsNaN"),
    Case(ops.IsInf(), (np.array([[np.nan, 1, np.inf], [-np.inf, 0, np.nan]], "f4"),), "IsInf"),
    Case(ops.IsInf(detect_negative=False), (np.array([np.nan, 1, np.inf, -np.inf], "f4"),), "IsInf-positive"),
    Case(ops.IsInf(detect_positive=False), (np.array([np.nan, 1, np.inf, -np.inf], "f4"),), "IsInf-negative"),
    *(
        Case(ops.BitCast(to), (x,), f"BitCast-{x.dtype}-{to}", symbolic={0: "N"}, openvino=False, why="an extension")
        for x, to in (
            (np.array([-3.7, 0.0, -0.0, np.inf, 1e-40], "f4"), "i32"),
            (np.array([0x7F800001, 1 << 31, 5], "u4"), "f32"),
            (normal(19, dtype="f8"), "u64"),
            (normal(19, dtype="f2"), "i16"),
            (integers(0, 30000, 19, dtype="i2"), "f16"),
            (integers(-100, 100, 17, dtype="i1"), "u8"),
            (booleans(9), "u8"),
        )
    ),
    *(
        Case(ops.Convert(to), (x,), f"Convert-{x.dtype}-{to}", symbolic={0: "N"})
        for x in (np.array([-3.7, -0.5, 0.0, 0.5, 2.5, 100.9], "f4"), integers(-100, 100, 17), booleans(9))
        for to in ("f32", "i64", "i32", "f64", "boolean")
    ),
    Case(ops.Convert("f16"), (normal(17),), "Convert-f32-f16"),
    Case(ops.Convert("f32"), (normal(17, dtype="f2"),), "Convert-f16-f32"),
    Case(ops.Convert("f32"), (integers(0, 255, 3, 5, dtype="u1"),), "Convert-u8-f32"),
    Case(ops.Convert("u8"), (uniform(0, 255, 3, 5),), "Convert-f32-u8"),
    Case(ops.ConvertLike(), (integers(-9, 9, 3, 5), normal(2)), "ConvertLike"),
]
