"""Cases of slices and padding."""

from __future__ import annotations

from dldt.compiler import ops
from tests.ops.case import Case, i64, integers, normal, scalar

_BIG = 2**63 - 1
_X = normal(4, 7, 9)
_3 = frozenset({1, 2, 3})
_4 = frozenset({1, 2, 3, 4})


def _slice(name, start, stop, step, axes=None, x=_X, **more):
    tail = () if axes is None else (i64(*axes),)
    return Case(ops.Slice(), (x, i64(*start), i64(*stop), i64(*step), *tail), f"Slice-{name}", _4, **more)


def _strided(name, begin, end, strides, begin_mask=(), end_mask=(), x=_X, symbolic=None, **masks):
    n = len(begin)
    op = ops.StridedSlice(begin_mask or (0,) * n, end_mask or (0,) * n, **masks)
    return Case(op, (x, i64(*begin), i64(*end), i64(*strides)), f"StridedSlice-{name}", _3, symbolic or {})


def _pad(mode, begin, end, x, name="", value=None, **more):
    tail = () if value is None else (value,)
    return Case(ops.Pad(mode), (x, i64(*begin), i64(*end), *tail), f"Pad-{mode}{name}", _3, **more)


CASES = [
    _slice("plain", (1, 2), (3, 6), (1, 1), symbolic={0: "4,7,N"}),
    _slice("axes", (2,), (_BIG,), (3,), (-1,), symbolic={0: "N,7,9"}),
    _slice("negative", (-3, -6), (-1, _BIG), (1, 2), (0, 2), symbolic={0: "N,M,9"}),
    _slice("down", (-1,), (-_BIG,), (-1,), (1,), symbolic={0: "N,M,9"}),
    _slice("down-part", (5,), (0,), (-2,), (1,)),
    _slice("beyond", (0, -100), (100, 100), (1, 1), (1, 2)),
    _slice("symbolic-from", (1,), (_BIG,), (1,), (0,), symbolic={0: "N,7,9"}),
    _slice("symbolic-last", (-1,), (_BIG,), (1,), (0,), symbolic={0: "N,7,9"}),
    _slice("i64", (1,), (4,), (1,), (0,), x=integers(0, 99, 6)),
    _strided("plain", (1, 0, 2), (3, 7, 8), (1, 2, 3)),
    _strided("masks", (1, 3), (2, 5), (1, 1), (1, 0), (0, 1), symbolic={0: "4,M,9"}),
    _strided("shrink", (1, 0), (2, 0), (1, 1), (0, 1), (0, 1), shrink_axis_mask=(1, 0), symbolic={0: "N,M,9"}),
    _strided("shrink-last", (0, -1), (0, 0), (1, 1), (1, 0), (1, 0), shrink_axis_mask=(0, 1)),
    _strided("new-axis", (0, 1), (0, 3), (1, 1), new_axis_mask=(1, 0)),
    _strided("ellipsis", (0, 2), (0, 8), (1, 2), ellipsis_mask=(1, 0), symbolic={0: "N,M,9"}),
    _strided("down", (-1, 0), (0, 0), (-1, 1), (1, 1), (1, 1), symbolic={0: "N,7,9"}),
    _strided("negative", (-3,), (-1,), (1,)),
    _strided("all", (0, 0, 0), (0, 0, 0), (2, 1, 1), (1, 1, 1), (1, 1, 1), symbolic={0: "N,7,9"}),
    _pad("constant", (0, 0, 1, 2), (0, 1, 0, 3), normal(2, 3, 4, 5), symbolic={0: "N,3,H,W"}),
    _pad("constant", (1, 2), (0, 1), normal(3, 5), "-value", scalar(-1.5), symbolic={0: "N,5"}),
    _pad("constant", (1, -2), (-1, 1), normal(3, 5), "-crop"),
    _pad("edge", (0, 2, 1), (1, 0, 3), normal(2, 3, 4), symbolic={0: "N,3,M"}),
    _pad("reflect", (0, 2, 1), (1, 0, 3), normal(2, 3, 4)),
    _pad("symmetric", (0, 3, 1), (2, 0, 4), normal(2, 3, 4)),
    _pad("reflect", (0, 0, 2, 2), (0, 0, 2, 2), normal(1, 5, 7, 3), "-image", symbolic={0: "N,5,7,3"}),
    _pad("constant", (1,), (2,), integers(0, 9, 3), "-i64"),
]
