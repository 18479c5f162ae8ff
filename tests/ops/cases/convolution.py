"""Cases of convolution: odd channels, asymmetric padding, strides, dilations, groups."""

from __future__ import annotations

from dldt.compiler import ops
from tests.ops.case import Case, normal

_TOLERANCE = 1e-5


def _conv(name, x, w, strides, begin, end, dilations, auto_pad="explicit", symbolic=""):
    op = ops.Convolution(strides, begin, end, dilations, auto_pad)
    data = (normal(*x), normal(*w, seed=1))
    return Case(op, data, f"Convolution-{name}", symbolic={0: symbolic} if symbolic else {}, tolerance=_TOLERANCE)


def _group(name, x, w, strides, begin, end, dilations, auto_pad="explicit", symbolic=""):
    op = ops.GroupConvolution(strides, begin, end, dilations, auto_pad)
    data = (normal(*x), normal(*w, seed=1))
    return Case(op, data, f"GroupConvolution-{name}", symbolic={0: symbolic} if symbolic else {}, tolerance=_TOLERANCE)


_1, _0, _2 = (1, 1), (0, 0), (2, 2)

CASES = [
    _conv("1x1", (2, 17, 5, 7), (33, 17, 1, 1), _1, _0, _0, _1, symbolic="N,17,H,W"),
    _conv("1x1-stride", (1, 20, 6, 7), (5, 20, 1, 1), _2, _0, _0, _1, symbolic="N,20,6,7"),
    _conv("3x3", (1, 3, 9, 10), (17, 3, 3, 3), _1, _1, _1, _1, symbolic="N,3,H,W"),
    _conv("3x3-wide", (2, 33, 6, 19), (20, 33, 3, 3), _1, _1, _1, _1, symbolic="N,33,6,19"),
    _conv("first-layer", (1, 3, 23, 21), (16, 3, 7, 7), _2, (3, 3), (3, 3), _1, symbolic="N,3,23,21"),
    _conv("asymmetric", (1, 5, 8, 7), (3, 5, 3, 2), (2, 1), (0, 1), (2, 0), _1, symbolic="N,5,8,7"),
    _conv("dilated", (1, 5, 11, 12), (17, 5, 3, 3), _1, _2, _2, _2, symbolic="N,5,H,W"),
    _conv("dilated-stride", (1, 4, 13, 9), (8, 4, 3, 2), (2, 3), (1, 0), (0, 2), (2, 3)),
    _conv("same-upper", (1, 3, 8, 9), (5, 3, 3, 4), _2, _0, _0, _1, "same_upper", symbolic="N,3,8,9"),
    _conv("same-lower", (1, 3, 8, 9), (5, 3, 3, 4), _2, _0, _0, _1, "same_lower", symbolic="N,3,8,9"),
    _conv("valid", (1, 3, 8, 9), (5, 3, 3, 4), _1, _0, _0, _1, "valid"),
    _conv("5x1", (1, 17, 9, 3), (17, 17, 5, 1), _1, (2, 0), (2, 0), _1),
    _conv("one-output", (3, 33, 2, 2), (1, 33, 2, 2), _1, _0, _0, _1),
    _conv("one-pixel", (1, 16, 1, 1), (32, 16, 3, 3), _1, _1, _1, _1),
    _conv("1d", (2, 5, 17), (3, 5, 4), (2,), (1,), (2,), (1,), symbolic="N,5,17"),
    _conv("1d-dilated", (1, 33, 20), (17, 33, 3), (1,), (4,), (0,), (2,), symbolic="N,33,T"),
    _conv("3d", (1, 3, 5, 6, 7), (5, 3, 2, 3, 3), (1, 2, 1), (0, 1, 1), (1, 1, 0), (1, 1, 2), symbolic="N,3,5,6,7"),
    _group("depthwise", (1, 17, 7, 9), (17, 1, 1, 3, 3), _1, _1, _1, _1, symbolic="N,17,H,W"),
    _group("depthwise-stride", (2, 33, 8, 7), (33, 1, 1, 3, 3), _2, (0, 1), (1, 1), _1, symbolic="N,33,8,7"),
    _group("depthwise-dilated", (1, 16, 9, 9), (16, 1, 1, 3, 3), _1, _2, _2, _2),
    _group("depthwise-5x5", (1, 20, 9, 8), (20, 1, 1, 5, 5), _1, _2, _2, _1),
    _group("multiplier", (1, 5, 6, 6), (5, 3, 1, 3, 3), _1, _1, _1, _1),
    _group("grouped", (1, 12, 6, 7), (3, 5, 4, 3, 3), _1, _1, _1, _1, symbolic="N,12,6,7"),
    _group("grouped-1x1", (2, 34, 5, 5), (2, 20, 17, 1, 1), _1, _0, _0, _1),
    _group("same-upper", (1, 6, 7, 7), (2, 2, 3, 3, 3), _2, _0, _0, _1, "same_upper"),
    _group("1d", (2, 6, 15), (3, 1, 2, 5), (1,), (2,), (2,), (1,), symbolic="N,6,T"),
    _group("3d", (1, 6, 4, 5, 5), (6, 1, 1, 3, 3, 3), (1, 2, 1), (1, 1, 1), (1, 0, 1), (1, 1, 1)),
]
