"""Cases of pooling."""

from __future__ import annotations

from dldt.compiler import ops
from tests.ops.case import Case, integers, normal


def _max(name, x, kernel, strides, begin, end, rounding="floor", auto_pad="explicit", symbolic=""):
    op = ops.MaxPool(strides, begin, end, kernel, rounding, auto_pad)
    return Case(op, (normal(*x),), f"MaxPool-{name}", symbolic={0: symbolic} if symbolic else {})


def _max8(name, x, kernel, strides, dilations, begin, end, symbolic="", **more):
    op = ops.MaxPool8(strides, dilations, begin, end, kernel, **more)
    return Case(op, (normal(*x),), f"MaxPool8-{name}", symbolic={0: symbolic} if symbolic else {})


def _avg(name, x, kernel, strides, begin, end, exclude, rounding="floor", auto_pad="explicit", symbolic=""):
    op = ops.AvgPool(strides, begin, end, kernel, exclude, rounding, auto_pad)
    return Case(op, (normal(*x),), f"AvgPool-{name}", symbolic={0: symbolic} if symbolic else {})


_1, _0, _2, _3 = (1, 1), (0, 0), (2, 2), (3, 3)

CASES = [
    _max("2x2", (2, 17, 6, 7), _2, _2, _0, _0, symbolic="N,17,H,W"),
    _max("3x3", (1, 5, 7, 9), _3, _2, _1, _1, symbolic="N,5,H,W"),
    _max("3x3-ceil", (1, 33, 8, 9), _3, _2, _0, _0, "ceil", symbolic="N,33,8,9"),
    _max("3x3-dense", (1, 3, 5, 5), _3, _1, _1, _1),
    _max("asymmetric", (1, 20, 7, 8), (3, 2), (2, 3), (0, 1), (2, 0)),
    _max("same-upper", (1, 3, 7, 8), _3, _2, _0, _0, auto_pad="same_upper", symbolic="N,3,7,8"),
    _max("same-lower", (1, 3, 7, 8), _3, _2, _0, _0, auto_pad="same_lower"),
    _max("valid", (1, 3, 7, 8), _3, _2, _0, _0, auto_pad="valid"),
    _max("global", (2, 17, 5, 4), (5, 4), _1, _0, _0),
    _max("1d", (2, 5, 11), (3,), (2,), (1,), (0,), symbolic="N,5,T"),
    _max("3d", (1, 3, 4, 5, 6), (2, 3, 2), (1, 2, 2), (0, 1, 0), (1, 1, 0)),
    Case(ops.MaxPool(_2, _0, _0, _2), (integers(-99, 99, 1, 3, 4, 6, dtype="i4"),), "MaxPool-i32"),
    _max8("plain", (2, 3, 6, 7), _2, _2, _1, _0, _0, symbolic="N,3,H,W"),
    _max8("dilated", (1, 5, 9, 9), _3, _1, _2, _1, _1),
    _max8("axis-2", (2, 3, 6, 6), _3, _2, _1, _1, _1, axis=2, index_element_type="i32"),
    _max8("1d", (1, 3, 9), (3,), (2,), (1,), (1,), (1,)),
    _avg("2x2", (2, 17, 6, 7), _2, _2, _0, _0, exclude=True, symbolic="N,17,H,W"),
    _avg("3x3-exclude", (1, 5, 7, 9), _3, _2, _1, _1, exclude=True, symbolic="N,5,H,W"),
    _avg("3x3-include", (1, 5, 7, 9), _3, _2, _1, _1, exclude=False),
    _avg("asymmetric-exclude", (1, 20, 7, 8), (3, 2), (2, 3), (0, 1), (2, 0), exclude=True),
    _avg("asymmetric-include", (1, 20, 7, 8), (3, 2), (2, 3), (0, 1), (2, 0), exclude=False),
    _avg("ceil-exclude", (1, 3, 8, 9), _3, _2, _0, _0, exclude=True, rounding="ceil"),
    _avg("ceil-include", (1, 3, 8, 9), _3, _2, _0, _0, exclude=False, rounding="ceil"),
    _avg("ceil-include-padded", (1, 3, 8, 9), _3, _2, _1, _1, exclude=False, rounding="ceil"),
    Case(
        ops.AvgPool14(_2, _1, _1, _3, rounding_type="ceil_torch"),
        (normal(1, 3, 8, 9),),
        "AvgPool14-include",
        symbolic={0: "N,3,H,W"},
        openvino=False,
        why="the CPU device counts what hangs over the padding",
    ),
    Case(
        ops.AvgPool14(_3, _0, _1, _2, True, rounding_type="ceil_torch"),
        (normal(1, 3, 5, 8),),
        "AvgPool14-exclude",
        symbolic={0: "N,3,H,W"},
    ),
    Case(
        ops.MaxPool14(_3, _1, _1, _1, _2, rounding_type="ceil_torch"),
        (normal(1, 3, 5, 8),),
        "MaxPool14",
        symbolic={0: "N,3,H,W"},
    ),
    _avg("same-upper", (1, 3, 7, 8), _3, _2, _0, _0, exclude=True, auto_pad="same_upper", symbolic="N,3,7,8"),
    _avg("same-lower", (1, 3, 7, 8), _3, _2, _0, _0, exclude=False, auto_pad="same_lower"),
    _avg("global", (2, 33, 7, 7), (7, 7), _1, _0, _0, exclude=True),
    _avg("1d", (2, 5, 11), (3,), (2,), (1,), (0,), exclude=True, symbolic="N,5,T"),
    _avg("3d", (1, 3, 4, 5, 6), (2, 3, 2), (1, 2, 2), (0, 1, 0), (1, 1, 0), exclude=True),
]
