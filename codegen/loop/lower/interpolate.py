"""Resizing, one axis after another: y[p] = Σ weight · x[tap]."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from dldt.codegen.loop.ir import Axis, Expr, Index
from dldt.codegen.loop.lower.access import (
    Access,
    apply,
    cast,
    guard,
    inside,
    lowers,
    number,
    position,
    reduce,
)
from dldt.codegen.loop.lower.bind import Binder
from dldt.codegen.loop.lower.coordinate import Exact, Rounded, coordinate, exact_coordinate, scale_of
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.lower.join import replaced
from dldt.codegen.loop.lower.known import ints_given, numbers_given
from dldt.compiler import ops
from dldt.compiler.dims import Dim, maximum, maximum_of, minimum, minimum_of
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.types import DType, TensorType

Types = tuple[TensorType, ...]
_ROUNDING = {"round_prefer_floor": "half_down", "round_prefer_ceil": "half_up", "floor": "floor", "ceil": "ceil"}


@lowers(ops.Interpolate, kind="reduce", reads=(0,))
def interpolate(
    op: ops.Interpolate,
    types: Types,
    x: Access,
    sizes: Access,
    scales: Access,
    axes: Access | None = None,
    *,
    fresh: Fresh,
) -> Access:
    """y = x resized along the axes."""
    along = range(x.type.rank) if axes is None else ints_given(op, 3, axes)
    given = numbers_given(op, 2, scales) if op.shape_calculation_mode == "scales" else None
    found = _padded(op, x)
    if op.mode != "nearest":
        found = _converted(found, DType.f64 if x.dtype is DType.f64 else DType.f32)
    for i, axis in enumerate(axis % x.type.rank for axis in along):
        size, out = found.type.shape[axis], types[0].shape[axis]
        scale = scale_of(size, out) if given is None else Fraction(given[i])
        if size != out or scale != 1:
            found = _Resized(op, found, axis, out, scale, fresh).access()
    if x.dtype.is_integer and op.mode != "nearest":
        whole = found
        found = Access(whole.type, lambda index: apply("round_even", whole(index)))
    return _converted(found, x.dtype)


class _Resized:
    """The input, resized along one axis."""

    def __init__(
        self, op: ops.Interpolate, x: Access, axis: int, out: Dim, scale: Fraction | Expr, fresh: Fresh
    ) -> None:
        self.op, self.x, self.axis, self.out, self.scale = op, x, axis, out, scale
        self.size = x.type.shape[axis]
        self.binder = Binder(fresh)
        self.tap = fresh.variable("t")

    def access(self) -> Access:
        shape = replaced(self.x.type.shape, self.axis, self.out)
        return Access(TensorType(self.x.dtype, shape), self._element())

    def _element(self) -> Callable[[Index], Expr]:
        if self.op.mode == "nearest":
            return self._nearest
        if self.op.mode == "cubic":
            return self._cubic
        return self._antialiased if self.op.mode == "linear" and self.op.antialias and self._shrinks() else self._linear

    def _at(self, index: Index) -> Exact | Rounded:
        mode = self.op.coordinate_transformation_mode
        if self.op.mode == "nearest" and self.op.shape_calculation_mode == "sizes":
            return exact_coordinate(mode, index[self.axis], self.size, self.out)
        return coordinate(mode, index[self.axis], self.size, self.out, self.scale, self.binder)

    def _tap(self, index: Index, at: Dim) -> Expr:
        """The element at the position, clamped to the axis."""
        return self.x(replaced(index, self.axis, minimum(maximum(at, 0), self.size - 1)))

    def _nearest(self, index: Index) -> Expr:
        mode = self.op.nearest_mode
        # trunc and floor differ only below 0, where the first element is the nearest anyway.
        rounding = _ROUNDING.get(mode) or ("ceil" if self._shrinks() else "floor")
        return self._at(index).whole(rounding, lambda place: self._tap(index, place))

    def _linear(self, index: Index) -> Expr:
        at = self._at(index)

        def mix(left: Dim) -> Expr:
            far = at.beyond(left, self.x.dtype)
            near = apply("sub", number(self.x.dtype, 1), far)
            one, two = self._tap(index, left), self._tap(index, left + 1)
            return apply("add", apply("mul", near, one), apply("mul", far, two))

        return at.whole("floor", mix)

    def _cubic(self, index: Index) -> Expr:
        at = self._at(index)

        def mix(base: Dim) -> Expr:
            weights = self._cubic_weights(at.beyond(base, self.x.dtype))
            parts = [apply("mul", w, self._tap(index, base + k - 1)) for k, w in enumerate(weights)]
            return apply("add", apply("add", parts[0], parts[1]), apply("add", parts[2], parts[3]))

        return at.whole("floor", mix)

    def _cubic_weights(self, t: Expr) -> list[Expr]:
        """Keys' cubic kernel with parameter ``cube_coeff`` at 1 + t, t, 1 - t and 2 - t."""
        a, one = self.op.cube_coeff, number(self.x.dtype, 1)
        back = apply("sub", one, t)
        outer = [self._poly(apply("add", t, one), a, -5 * a, 8 * a, -4 * a)]
        inner = [self._poly(part, a + 2, -(a + 3), 0, 1) for part in (t, back)]
        return [*outer, *inner, self._poly(apply("add", back, one), a, -5 * a, 8 * a, -4 * a)]

    def _poly(self, x: Expr, *coefficients: float) -> Expr:
        found: Expr = number(self.x.dtype, coefficients[0])
        for coefficient in coefficients[1:]:
            found = apply("mul", found, x)
            found = apply("add", found, number(self.x.dtype, coefficient)) if coefficient else found
        return found

    def _antialiased(self, index: Index) -> Expr:
        """Resizing with a triangle filter as wide as an output element."""
        if not isinstance(self.scale, Fraction):
            raise UnsupportedError("Interpolate: antialias needs a known scale; fix the model's input shapes")
        at, a = self._at(index), float(self.scale)
        radius = math.ceil(2 / a)
        one = number(self.x.dtype, 1)

        def mix(centre: Dim) -> Expr:
            run = Axis(self.tap, minimum(centre + radius + 1, self.size), maximum(centre - radius, 0))
            distance = apply("mul", number(self.x.dtype, a), at.beyond(position(run), self.x.dtype))
            weight = apply("maximum", apply("sub", one, apply("abs", distance)), number(self.x.dtype, 0))
            data = self.x(replaced(index, self.axis, position(run)))
            return apply("div", reduce("sum", (run,), apply("mul", weight, data)), reduce("sum", (run,), weight))

        return at.whole("floor", mix)

    def _shrinks(self) -> bool:
        if isinstance(self.scale, Fraction):
            return self.scale < 1
        if minimum_of(self.out - self.size) >= 0:
            return False
        if maximum_of(self.out - self.size) < 0:
            return True
        raise UnsupportedError(
            f"Interpolate: whether axis {self.axis} of {self.size} elements shrinks when it becomes {self.out} must be "
            f"known at compile time for this mode; fix the model's input shapes"
        )


def _padded(op: ops.Interpolate, x: Access) -> Access:
    begins, ends = op.pads(x.type.rank)
    if not any(begins) and not any(ends):
        return x

    def element(index: Index) -> Expr:
        source = tuple(i - begin for i, begin in zip(index, begins, strict=True))
        chosen = x(source)
        for i, size in zip(source, x.type.shape, strict=True):
            chosen = guard(inside(i, 0, size), chosen, number(x.dtype, 0))
        return chosen

    return Access(TensorType(x.dtype, op.padded_shape(x.type.shape)), element)


def _converted(x: Access, dtype: DType) -> Access:
    if x.dtype is dtype:
        return x
    return Access(TensorType(dtype, x.type.shape), lambda index: cast(x(index), dtype))
