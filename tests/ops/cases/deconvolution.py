"""Cases of transposed convolution."""

from __future__ import annotations

from dldt.compiler import ops
from tests.ops.case import Case, i64, normal

_1, _0, _2 = (1, 1), (0, 0), (2, 2)


def _deconv(op, name, x, w, strides, begin, end, dilations, *, auto_pad="explicit", extra=(), shape=None, symbolic=""):
    made = op(strides, begin, end, dilations, auto_pad, extra)
    inputs = (normal(*x), normal(*w, seed=1)) + (() if shape is None else (i64(*shape),))
    constants = frozenset({2}) if shape else frozenset()
    return Case(made, inputs, f"{op.__name__}-{name}", constants, {0: symbolic} if symbolic else {}, tolerance=1e-5)


_D, _G = ops.ConvolutionBackpropData, ops.GroupConvolutionBackpropData

CASES = [
    _deconv(_D, "2x2", (1, 17, 4, 5), (17, 5, 2, 2), _2, _0, _0, _1, symbolic="N,17,H,W"),
    _deconv(_D, "3x3", (2, 5, 4, 5), (5, 3, 3, 3), _1, _1, _1, _1, symbolic="N,5,4,5"),
    _deconv(_D, "4x4", (1, 3, 5, 4), (3, 20, 4, 4), _2, _1, _1, _1, symbolic="N,3,H,W"),
    _deconv(_D, "extra", (1, 3, 5, 4), (3, 5, 3, 3), _2, _1, _1, _1, extra=(1, 1), symbolic="N,3,5,4"),
    _deconv(_D, "asymmetric", (1, 3, 5, 4), (3, 5, 3, 2), (2, 3), (0, 1), (2, 0), _1),
    _deconv(_D, "dilated", (1, 3, 5, 4), (3, 5, 3, 3), (2, 1), _1, (0, 2), _2),
    _deconv(_D, "stride-over-kernel", (1, 3, 3, 4), (3, 5, 2, 2), (3, 3), _0, _0, _1),
    _deconv(_D, "shape-upper", (1, 3, 5, 4), (3, 5, 3, 3), _2, _0, _0, _1, auto_pad="same_upper", shape=(10, 8)),
    _deconv(_D, "shape-lower", (1, 3, 5, 4), (3, 5, 3, 3), _2, _0, _0, _1, auto_pad="same_lower", shape=(10, 8)),
    _deconv(_D, "valid", (1, 3, 5, 4), (3, 5, 3, 3), _2, _0, _0, _1, auto_pad="valid"),
    _deconv(_D, "1d", (2, 5, 7), (5, 3, 4), (2,), (1,), (1,), (1,), symbolic="N,5,T"),
    _deconv(_D, "3d", (1, 3, 2, 3, 3), (3, 2, 2, 3, 3), (1, 2, 2), (0, 1, 1), (0, 1, 1), (1, 1, 1)),
    _deconv(_G, "grouped", (1, 6, 4, 5), (2, 3, 5, 3, 3), _2, _1, _1, _1, symbolic="N,6,4,5"),
    _deconv(_G, "depthwise", (1, 17, 4, 5), (17, 1, 1, 4, 4), _2, _1, _1, _1, symbolic="N,17,H,W"),
    _deconv(_G, "1d", (1, 4, 6), (2, 2, 3, 3), (2,), (0,), (1,), (1,), extra=(1,)),
]
