"""Elements of a picture between its pixels: taps with weights, along each axis, and what lies outside."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, FloorMod, Maximum, Minimum, Multiply, Subtract
from dldt.compiler.ops.comparison import GreaterEqual, Less
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.rounding import Abs, Floor, Round
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.types import DType


@attrs.frozen
class Tap:
    """Along one axis: which pixel [B, P], in i64, and its weight (None: 1); whether it is inside (None: always)."""

    place: Value
    weight: Value | None = None
    inside: Value | None = None


def linear_taps(at: Value) -> list[Tap]:
    """The two pixels around each position."""
    low = Floor()(at)
    share = Subtract()(at, low)
    place = Convert(DType.i64)(low)
    one = np.array(1, at.type.dtype.numpy)
    return [Tap(place, Subtract()(at.graph.constant(one), share)), Tap(Add()(place, 1), share)]


def nearest_tap(at: Value) -> list[Tap]:
    """The nearest pixel, of two the even one."""
    return [Tap(Convert(DType.i64)(Round("half_to_even")(at)))]


def cubic_taps(at: Value, a: float = -0.75) -> list[Tap]:
    """The four pixels around each position, weighed by Keys' cubic."""
    low = Floor()(at)
    share = Subtract()(at, low)
    place = Convert(DType.i64)(low)
    return [
        Tap(Add()(place, k), cubic(Abs()(Subtract()(share, float(k))), a, inner=k in (0, 1))) for k in (-1, 0, 1, 2)
    ]


def cubic(distance: Value, a: float, *, inner: bool) -> Value:
    """Keys' cubic at a distance below 1 (``inner``), or from 1 to 2."""
    factors = (a + 2, -(a + 3), 0.0, 1.0) if inner else (a, -5 * a, 8 * a, -4 * a)
    total = Multiply()(distance, factors[0])
    for factor in factors[1:3]:
        total = Multiply()(Add()(total, factor) if factor else total, distance)
    return Add()(total, factors[3])


def bounded(tap: Tap, size: Value, mode: str, *, aligned: bool = False) -> Tap:
    """The tap with a place inside of an axis of ``size``. What lies outside is ``zeros``, the ``border``, or mirrored
    (``reflection``) there, or at the middle of the last pixel (``aligned``)."""
    last = Subtract()(size, 1)
    if mode == "reflection" and aligned:
        period = Maximum()(Multiply()(last, 2), 1)
        turned = FloorMod()(tap.place, period)
        return attrs.evolve(tap, place=Minimum()(Minimum()(turned, Subtract()(period, turned)), last))
    if mode == "reflection":
        period = Multiply()(size, 2)
        turned = FloorMod()(tap.place, period)
        return attrs.evolve(tap, place=Minimum()(turned, Subtract()(Subtract()(period, 1), turned)))
    inside = Minimum()(Maximum()(tap.place, 0), last)
    if mode == "border":
        return attrs.evolve(tap, place=inside)
    here = LogicalAnd()(GreaterEqual()(tap.place, 0), Less()(tap.place, size))
    return attrs.evolve(tap, place=inside, inside=here)


def sampled(pixels: Value, sizes: Sequence[Value], taps: Sequence[Sequence[Tap]]) -> Value:
    """The sum over all combinations of taps: [B, C, P] of ``pixels`` [B, C, S], whose axes of ``sizes`` lie behind one
    another."""
    total: Value | None = None
    for chosen in itertools.product(*taps):
        part = _picked(pixels, sizes, chosen)
        total = part if total is None else Add()(total, part)
    assert total is not None
    return total


def _picked(pixels: Value, sizes: Sequence[Value], chosen: Sequence[Tap]) -> Value:
    place, inside, weight = chosen[0].place, chosen[0].inside, chosen[0].weight
    for size, tap in zip(sizes[1:], chosen[1:], strict=True):
        place = Add()(Multiply()(place, size), tap.place)
        inside = tap.inside if inside is None else inside if tap.inside is None else LogicalAnd()(inside, tap.inside)
        weight = tap.weight if weight is None else weight if tap.weight is None else Multiply()(weight, tap.weight)
    found = Gather(1)(pixels, place, np.array(2, np.int64))
    if inside is not None:
        found = Select()(_over_channels(inside), found, np.array(0, pixels.type.dtype.numpy))
    if weight is None:
        return found
    shared = _over_channels(weight)
    return Multiply()(found, shared if shared.type.dtype is found.type.dtype else Convert(found.type.dtype)(shared))


def _over_channels(x: Value) -> Value:
    return Unsqueeze()(x, np.array([1], np.int64))
