"""The coordinate in the data of an output position of a resized axis."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import attrs
import numpy as np

from dldt.codegen.loop.ir import Expr, Position
from dldt.codegen.loop.lower.access import apply, cast, cast_dim, number
from dldt.codegen.loop.lower.bind import Binder
from dldt.compiler.dims import Dim, ceildiv, floordiv, maximum, minimum
from dldt.compiler.types import DType

_LARGEST_EXACT = 4096


@attrs.frozen
class Exact:
    """The rational coordinate ``above/below``, computed in index arithmetic without rounding."""

    above: Dim
    below: Dim

    def whole(self, rounding: str, body: Callable[[Dim], Expr]) -> Expr:
        """``body`` at the coordinate rounded to a whole number: floor, ceil, half_down or half_up."""
        if rounding == "floor":
            return body(floordiv(self.above, self.below))
        if rounding == "ceil":
            return body(ceildiv(self.above, self.below))
        if rounding == "half_up":
            return body(floordiv(2 * self.above + self.below, 2 * self.below))
        return body(ceildiv(2 * self.above - self.below, 2 * self.below))

    def beyond(self, position: Dim, dtype: DType) -> Expr:
        """The coordinate minus ``position``."""
        rest = Position(self.above - position * self.below, dtype)
        if not isinstance(self.below, int):
            return apply("div", rest, Position(self.below, dtype))
        if self.below & (self.below - 1):
            return apply("div", rest, number(dtype, self.below))
        return rest if self.below == 1 else apply("mul", rest, number(dtype, 1 / self.below))


@attrs.frozen
class Rounded:
    """The coordinate as an f32 number, computed as OpenVINO does. For index arithmetic its positions are data."""

    value: Expr
    size: Dim
    binder: Binder

    def whole(self, rounding: str, body: Callable[[Dim], Expr]) -> Expr:
        """Like ``Exact.whole``. Positions far outside are clamped to the nearest position just outside."""
        half = number(DType.f32, 0.5)
        if rounding in ("floor", "ceil"):
            found = apply(rounding, self.value)
        elif rounding == "half_up":
            found = apply("floor", apply("add", self.value, half))
        else:
            found = apply("ceil", apply("sub", self.value, half))
        position = apply("minimum", cast(found, DType.i64), cast_dim(self.size))
        position = apply("maximum", position, number(DType.i64, -1))
        return self.binder.within(position, -1, self.size, body)

    def beyond(self, position: Dim, dtype: DType) -> Expr:
        """The coordinate minus ``position``."""
        return cast(apply("sub", self.value, Position(position, DType.f32)), dtype)


def exact_coordinate(mode: str, place: Dim, size: Dim, out: Dim) -> Exact:
    """The coordinate of output position ``place`` of an axis of ``size`` elements that becomes ``out`` elements, where
    the scale is their quotient."""
    if mode == "align_corners":
        return Exact(place * (size - 1), maximum(out - 1, 1))
    several = minimum(out - 1, 1) if mode == "pytorch_half_pixel" else 1
    if several == 0:
        return Exact(0, 1)
    if isinstance(size, int) and isinstance(out, int):
        return _exact(mode, place, Fraction(out, size), several)
    if mode == "asymmetric":
        return Exact(place * size, out)
    if mode == "tf_half_pixel_for_nn":
        return Exact(2 * size * place + size, 2 * out)
    return Exact(several * (2 * size * place + size - out), 2 * out)


def coordinate(mode: str, place: Dim, size: Dim, out: Dim, scale: Fraction | Expr, binder: Binder) -> Exact | Rounded:
    """The same for any scale."""
    if mode == "align_corners":
        return exact_coordinate(mode, place, size, out)
    several = minimum(out - 1, 1) if mode == "pytorch_half_pixel" else 1
    if several == 0:
        return Exact(0, 1)
    if isinstance(scale, Fraction) and _is_exact(scale):
        return _exact(mode, place, scale, several)
    factor = number(DType.f32, float(np.float32(float(scale)))) if isinstance(scale, Fraction) else scale
    half, p = number(DType.f32, 0.5), Position(place, DType.f32)
    if mode == "asymmetric":
        return Rounded(apply("div", p, factor), size, binder)
    value = apply("div", apply("add", p, half), factor)
    if mode == "tf_half_pixel_for_nn":
        same = apply("eq", factor, number(DType.f32, 1), dtype=DType.boolean)  # an axis that stays is not moved
        return Rounded(apply("select", same, p, value, dtype=DType.f32), size, binder)
    value = apply("sub", value, half)
    if several != 1:
        value = apply("mul", value, Position(several, DType.f32))
    return Rounded(value, size, binder)


def scale_of(size: Dim, out: Dim) -> Fraction | Expr:
    """``out / size``: a number where both are known or one is a multiple of the other, else an f32 expression."""
    if isinstance(size, int) and isinstance(out, int):
        return Fraction(out, size)
    for above, below, inverted in ((out, size, False), (size, out, True)):
        factor = floordiv(above, below)
        if isinstance(factor, int) and factor and factor * below == above:
            return Fraction(1, factor) if inverted else Fraction(factor)
    return apply("div", cast(cast_dim(out), DType.f32), cast(cast_dim(size), DType.f32))


def _is_exact(scale: Fraction) -> bool:
    """Whether f32 arithmetic with the scale rounds every position like exact arithmetic."""
    small = max(scale.numerator, scale.denominator) <= _LARGEST_EXACT
    return small and Fraction(float(np.float32(float(scale)))) == scale


def _exact(mode: str, place: Dim, scale: Fraction, several: Dim) -> Exact:
    above, below = scale.denominator, scale.numerator
    if mode == "asymmetric":
        return _reduced(place * above, below)
    if mode == "tf_half_pixel_for_nn":
        return _reduced(2 * above * place + above, 2 * below)
    return _reduced(several * (2 * above * place + above - below), 2 * below)


def _reduced(above: Dim, below: int) -> Exact:
    """The quotient with common factors 2 cancelled."""
    half = floordiv(above, 2)
    return Exact(half, below // 2) if below % 2 == 0 and 2 * half == above else Exact(above, below)
