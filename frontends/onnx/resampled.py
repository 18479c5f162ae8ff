"""Resizing along axes by weights that are computed: for factors that a model computes, and for what Interpolate lacks.

The positions are computed in f64. Each element of the result is a sum of a few elements with weights.
"""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Minimum, Multiply, Subtract
from dldt.compiler.ops.comparison import Greater, GreaterEqual, Less, LessEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalAnd, LogicalOr
from dldt.compiler.ops.reduce import ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Abs, Ceiling, Floor
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.types import Array, DType
from dldt.passes.sampling import cubic


@attrs.frozen
class Resampling:
    """How positions of the result become positions of the data, and what is between these."""

    mode: str
    coordinates: str = "half_pixel"
    nearest: str = "round_prefer_floor"
    cubic: float = -0.75
    exclude_outside: bool = False
    antialias: bool = False
    extrapolation: float | None = None
    """What stands for positions outside of the data, where the axes are cropped; None: the border."""


@attrs.frozen
class Stretch:
    """One axis: its size before and behind, the factor, and the part of it that is taken (from 0 to 1)."""

    axis: int
    before: Value
    behind: Value
    factor: Value
    start: Value | None = None
    end: Value | None = None


def resampled(x: Value, stretches: list[Stretch], how: Resampling) -> Value:
    """x resized along the axes, one after the other."""
    dtype = x.type.dtype
    value = x if dtype.is_float or how.mode == "nearest" else Convert(DType.f32)(x)
    outside: Value | None = None
    for each in stretches:
        at = _positions(each, how)
        value = _along(value, each, at, how)
        if how.extrapolation is not None and each.start is not None:
            last = Subtract()(_wide(each.before), _f64(1))
            out = _spread(LogicalOr()(Less()(at, _f64(0)), Greater()(at, last)), each.axis, x.type.rank)
            outside = out if outside is None else LogicalOr()(outside, out)
    if outside is not None:
        value = Select()(outside, np.array(how.extrapolation, value.type.dtype.numpy), value)
    return value if value.type.dtype is dtype else Convert(dtype)(value)


def _positions(s: Stretch, how: Resampling) -> Value:
    """Where the elements of the result lie in the data."""
    zero, one, half = _f64(0), _f64(1), _f64(0.5)
    number = Convert(DType.f64)(Range(DType.i64)(_i64(0), s.behind, _i64(1)))
    before, behind = _wide(s.before), _wide(s.behind)
    if how.coordinates == "asymmetric":
        return Divide()(number, s.factor)
    steps, last = Subtract()(behind, one), Subtract()(before, one)
    single = LessEqual()(behind, one)
    safe = Maximum()(steps, one)
    if how.coordinates == "align_corners":
        return Select()(single, zero, Divide()(Multiply()(number, last), safe))
    if how.coordinates == "tf_crop_and_resize" and s.start is not None and s.end is not None:
        span = Multiply()(Subtract()(s.end, s.start), last)
        walk = Add()(Multiply()(s.start, last), Divide()(Multiply()(number, span), safe))
        return Select()(single, Multiply()(Multiply()(Add()(s.start, s.end), half), last), walk)
    if how.coordinates == "tf_half_pixel_for_nn":
        return Divide()(Add()(number, half), s.factor)
    middle = Subtract()(Divide()(Add()(number, half), s.factor), half)
    if how.coordinates == "half_pixel_symmetric":
        share = Divide()(behind, Multiply()(s.factor, before))
        middle = Add()(Multiply()(Multiply()(before, half), Subtract()(s.factor.graph.constant(one), share)), middle)
    if how.coordinates == "pytorch_half_pixel":
        return Select()(single, _f64(-0.5), middle)
    return middle


def _along(x: Value, s: Stretch, at: Value, how: Resampling) -> Value:
    low = Floor()(at)
    share = Subtract()(at, low)
    last, where = Subtract()(s.before, _i64(1)), np.array(s.axis, np.int64)
    if how.mode == "nearest":
        place = Convert(DType.i64)(Add()(low, _up(at, share, how.nearest)))
        return Gather()(x, Minimum()(Maximum()(place, _i64(0)), last), where)
    taps = _taps(s, how)
    distance = Subtract()(Unsqueeze()(Convert(DType.f64)(taps), np.array([0])), Unsqueeze()(share, np.array([1])))
    if how.antialias:
        distance = Multiply()(distance, Minimum()(s.factor, _f64(1)))
    weights = _weights(Abs()(distance), how)
    columns, rows = Unsqueeze()(taps, np.array([0])), Unsqueeze()(Convert(DType.i64)(low), np.array([1]))
    places = Add()(rows, columns)
    if how.exclude_outside:
        inside = LogicalAnd()(GreaterEqual()(places, _i64(0)), LessEqual()(places, last))
        weights = Select()(inside, weights, _f64(0))
    if how.exclude_outside or how.antialias:
        weights = Divide()(weights, ReduceSum(True)(weights, np.array([1])))
    found = Gather()(x, Minimum()(Maximum()(places, _i64(0)), last), where)
    shape = [1] * s.axis + [0, 0] + [1] * (x.type.rank - s.axis - 1)
    size = ShapeOf()(weights)
    target = [Gather()(size, _i64([k]), _i64(0)) for k in (0, 1)]
    spread = Reshape()(weights, _shape(shape, target))
    return ReduceSum()(Multiply()(found, Convert(x.type.dtype)(spread)), np.array([s.axis + 1]))


def _up(at: Value, share: Value, nearest: str) -> Value:
    """1 where the nearest element is the upper one."""
    if nearest in ("floor", "simple"):
        return Multiply()(share, _f64(0))
    if nearest == "ceil":
        return Ceiling()(share)
    compared = Greater()(share, _f64(0.5)) if nearest == "round_prefer_floor" else GreaterEqual()(share, _f64(0.5))
    return Convert(DType.f64)(compared)


def _taps(s: Stretch, how: Resampling) -> Value:
    """The elements that are weighed, counted from the one below the position."""
    reach = 1 if how.mode == "linear" else 2
    if not how.antialias:
        return s.factor.graph.constant(np.arange(1 - reach, 1 + reach, dtype=np.int64))
    shrunk = Minimum()(s.factor, _f64(1))
    first = Add()(Convert(DType.i64)(Floor()(Divide()(s.factor.graph.constant(_f64(-reach)), shrunk))), _i64(1))
    return Range(DType.i64)(first, Subtract()(s.before.graph.constant(_i64(2)), first), _i64(1))


def _weights(distance: Value, how: Resampling) -> Value:
    if how.mode == "linear":
        return Maximum()(Subtract()(distance.graph.constant(_f64(1)), distance), _f64(0))
    near, far = (cubic(distance, how.cubic, inner=inner) for inner in (True, False))
    return Select()(LessEqual()(distance, _f64(1)), near, Select()(Less()(distance, _f64(2)), far, _f64(0)))


def _shape(pattern: list[int], sizes: list[Value]) -> Value:
    """``pattern`` as a shape, ``sizes`` in place of its zeros."""
    given = iter(sizes)
    graph = sizes[0].graph
    return Concat(0)(*(graph.constant(np.array([n])) if n else next(given) for n in pattern))


def _spread(x: Value, axis: int, rank: int) -> Value:
    shape = [1] * rank
    shape[axis] = -1
    return Reshape()(x, np.array(shape))


def _wide(size: Value) -> Value:
    return Convert(DType.f64)(size)


def _f64(number: float) -> Array:
    return np.array(number, np.float64)


def _i64(number: int | list[int]) -> Array:
    return np.array(number, np.int64)
