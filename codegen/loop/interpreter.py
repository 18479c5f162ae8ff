"""Runs loop nests in numpy, all points of a nest at once: the reference for lowering and scheduling.

Index grids broadcast: an axis is an array that varies along one dim. A reduction adds trailing dims. Where bounds
depend on other axes, or a guard leaves points out, a mask says which points count. A load at a point that counts must
be inside its buffer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import (
    Accumulator,
    Apply,
    Axis,
    Bind,
    Expr,
    Guard,
    Inside,
    Load,
    Nest,
    Number,
    Position,
    Reduce,
    dims_of,
    walk,
)
from dldt.codegen.loop.primitives import bits_as, compute_type, convert, primitive, shows_rounding
from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler.dims import Atom, Dim, FloorDiv, Symbol, symbols
from dldt.compiler.errors import InternalError
from dldt.compiler.types import Array, DType

MOST_POINTS = 1 << 22
"""Larger grids are computed in parts."""

_JOIN: dict[str, Any] = {
    "sum": np.add,
    "prod": np.multiply,
    "max": np.maximum,
    "min": np.minimum,
    "and": np.logical_and,
    "or": np.logical_or,
}


def run_nests(
    nests: Iterable[Nest], buffers: Mapping[Buffer, Array], symbols: Mapping[Symbol, int] | None = None
) -> None:
    """Run the nests in order. ``buffers`` maps each buffer to an array of its logical shape, which is read or filled.
    ``symbols`` gives the values of free dims. Raises InternalError where a load or store is outside its buffer."""
    for nest in nests:
        _run(nest, buffers, symbols or {})


def _run(nest: Nest, buffers: Mapping[Buffer, Array], values: Mapping[Symbol, int]) -> None:
    fixed = {symbol: np.asarray(value, np.int64) for symbol, value in values.items()}
    start = Frame(buffers, fixed, 0)
    first = nest.axes[0] if nest.axes else Axis(LoopVariable("point"), 1)
    count = _count(start, first)
    piece = max(1, MOST_POINTS // _later_points(start.over(first, 0, 1), nest.axes[1:]))
    for skip in range(0, count, piece):
        frame = start.over(first, skip, min(piece, count - skip))
        for axis in nest.axes[1:]:
            frame = frame.over(axis, 0, _count(frame, axis))
        frame.store(nest)


@attrs.frozen(eq=False)
class Frame:
    """The open axes. ``grids`` maps their variables to index arrays of at most ``depth`` dims; ``mask`` tells which
    points count (None: all)."""

    buffers: Mapping[Buffer, Array]
    grids: Mapping[Symbol, Array]
    depth: int
    mask: Array | None = None
    parent: Frame | None = None
    _done: dict[Expr, Array] = attrs.field(factory=dict, init=False)

    def over(self, axis: Axis, skip: int, count: int) -> Frame:
        """The frame with one more dim: ``count`` iterations of ``axis`` after the first ``skip``."""
        lower, upper = self.dim(axis.lower)[..., None], self.dim(axis.upper)[..., None]
        grid = lower + skip + np.arange(count, dtype=np.int64)
        valid = grid < upper
        mask = None if self.mask is None else self.mask[..., None]
        if not valid.all():
            mask = valid if mask is None else mask & valid
        return Frame(self.buffers, {**self.grids, axis.variable: grid}, self.depth + 1, mask)

    def where(self, condition: Array) -> Frame:
        """The frame restricted to the points where the condition holds."""
        mask = condition if self.mask is None else self.mask & condition
        return attrs.evolve(self, mask=mask, parent=self)

    def value(self, expr: Expr) -> Array:
        """The expression at every point, as an array of ``depth`` dims. Values where the mask is false have no
        meaning."""
        frame: Frame | None = self
        while frame is not None:  # what was computed at more points holds here too
            if expr in frame._done:
                return frame._done[expr]
            frame = frame.parent
        found = _EVALUATE[type(expr)](self, expr)
        self._done[expr] = found
        return found

    def dim(self, dim: Dim) -> Array:
        """The index expression at every point."""
        total = np.zeros((1,) * self.depth, np.int64)
        if isinstance(dim, int):
            return total + dim
        for monomial, coefficient in dim.terms:
            part = np.asarray(coefficient, np.int64)
            for atom in monomial:
                part = part * self._atom(atom)
            total = total + part
        return total

    def _atom(self, atom: Atom) -> Array:
        if isinstance(atom, Symbol):
            if atom not in self.grids:
                raise InternalError(f"index {atom} is used outside of its loop")
            grid = self.grids[atom]
            return grid.reshape(grid.shape + (1,) * (self.depth - grid.ndim))
        if isinstance(atom, FloorDiv):
            return np.asarray(np.floor_divide(self.dim(atom.numerator), self.dim(atom.denominator)))
        pick = np.maximum if atom.kind == "max" else np.minimum
        return np.asarray(pick(self.dim(atom.left), self.dim(atom.right)))

    def locate(self, buffer: Buffer, index: tuple[Dim, ...], what: str) -> tuple[Array, ...]:
        """The index arrays into the buffer. Indices of points that do not count are moved inside."""
        array = self.buffers[buffer]
        places: list[Array] = []
        for axis, (position, size) in enumerate(zip(index, array.shape, strict=True)):
            place = self.dim(position)
            outside = (place < 0) | (place >= size)
            if outside.any():
                counted = outside if self.mask is None else outside & self.mask
                if counted.any():
                    worst = np.broadcast_to(place, counted.shape)[counted][0]
                    raise InternalError(f"{what} of {buffer.name} at {worst} of axis {axis} with {size} elements")
                place = np.clip(place, 0, max(size - 1, 0))
            places.append(place)
        return tuple(places)

    def store(self, nest: Nest) -> None:
        """Fill the nest's buffer. Points in the padding of a blocked buffer do not count."""
        frame = self
        if nest.buffer.layout.block:
            frame = self.where(self.dim(nest.index[1]) < self.dim(nest.buffer.shape[1]))
        value = frame.value(nest.value).astype(nest.buffer.dtype.numpy)
        places = frame.locate(nest.buffer, nest.index, "store")
        mask = np.ones((1,) * frame.depth, bool) if frame.mask is None else frame.mask
        value, mask, *spread = np.broadcast_arrays(value, mask, *places)
        target = frame.buffers[nest.buffer]
        if target.ndim:
            target[tuple(place[mask] for place in spread)] = value[mask]
        else:
            target[()] = value.ravel()[0]


def _number(frame: Frame, expr: Number) -> Array:
    return np.full((1,) * frame.depth, expr.value, compute_type(expr.dtype).numpy)


def _position(frame: Frame, expr: Position) -> Array:
    return frame.dim(expr.dim).astype(compute_type(expr.dtype).numpy)


def _load(frame: Frame, expr: Load) -> Array:
    array = frame.buffers[expr.buffer]
    if array.size == 0:  # no point counts: locate would have refused one that does
        frame.locate(expr.buffer, expr.index, "load")
        return np.zeros((1,) * frame.depth, compute_type(expr.dtype).numpy)
    found = array[frame.locate(expr.buffer, expr.index, "load")]
    return found.reshape(found.shape or (1,) * frame.depth).astype(compute_type(expr.dtype).numpy)


def _apply(frame: Frame, expr: Apply) -> Array:
    known = primitive(expr.name)
    if len(expr.arguments) != known.arity:
        raise InternalError(f"{expr.name} takes {known.arity} operands, {len(expr.arguments)} given")
    arguments = [frame.value(argument) for argument in expr.arguments]
    with np.errstate(all="ignore"):
        if shows_rounding(expr.name):
            arguments = [_rounded(x, argument.dtype) for x, argument in zip(arguments, expr.arguments, strict=True)]
        found = np.asarray(known.meaning(*arguments))
        if expr.name == "cast":
            return convert(found, expr.dtype)
        if expr.name == "bitcast":
            return bits_as(found, expr.arguments[0].dtype, expr.dtype)
        return found.astype(compute_type(expr.dtype).numpy)


def _rounded(x: Array, dtype: DType) -> Array:
    """Half precision, which is computed in f32, as a value that it can hold."""
    return x if compute_type(dtype) is dtype else convert(x, dtype)


def _inside(frame: Frame, expr: Inside) -> Array:
    place = frame.dim(expr.dim)
    return (frame.dim(expr.lower) <= place) & (place < frame.dim(expr.upper))


def _guard(frame: Frame, expr: Guard) -> Array:
    condition = frame.value(expr.condition)
    then, otherwise = frame.where(condition), frame.where(~condition)
    return np.where(condition, then.value(expr.then), otherwise.value(expr.otherwise))


def _bind(frame: Frame, expr: Bind) -> Array:
    grid = frame.value(expr.value).astype(np.int64)
    return attrs.evolve(frame, grids={**frame.grids, expr.variable: grid}, parent=frame).value(expr.body)


def _reduce(frame: Frame, expr: Reduce) -> Array:
    axis = expr.axes[0]
    count = _count(frame, axis)
    piece = max(1, min(count, MOST_POINTS // _points(frame, expr)))
    total: Array | None = None
    for first in range(0, max(count, 1), piece):
        part = _part(frame, expr, first, min(piece, count - first))
        total = part if total is None else np.asarray(_JOIN[expr.kind](total, part))
    assert total is not None
    return total.astype(compute_type(expr.dtype).numpy)


def _part(frame: Frame, expr: Reduce, first: int, count: int) -> Array:
    """The reduction over some iterations of its first axis, in the type of the accumulator."""
    inner, sizes = frame.over(expr.axes[0], first, count), [count]
    for axis in expr.axes[1:]:
        sizes.append(_count(inner, axis))
        inner = inner.over(axis, 0, sizes[-1])
    start = _start(expr.kind, expr.dtype)
    if 0 in sizes:
        return np.full((1,) * frame.depth, start)
    body = inner.value(expr.body).astype(start.dtype)
    if inner.mask is not None:
        body = np.where(inner.mask, body, start)
    along = tuple(range(frame.depth, frame.depth + len(sizes)))
    return np.asarray(
        _JOIN[expr.kind].reduce(np.broadcast_to(body, body.shape[: frame.depth] + tuple(sizes)), axis=along)
    )


def _count(frame: Frame, axis: Axis) -> int:
    """The number of iterations of the axis: the maximum over all points."""
    extents = frame.dim(axis.upper) - frame.dim(axis.lower)
    return max(0, int(extents.max())) if extents.size else 0


def _points(frame: Frame, expr: Reduce) -> int:
    """The number of points in one iteration of the first axis."""
    own = {axis.variable for axis in expr.axes}
    used = {symbol for e in walk(expr) for dim in dims_of(e) for symbol in symbols(dim)} - own
    shapes = [frame.grids[symbol].shape for symbol in used if symbol in frame.grids]
    shapes = [shape + (1,) * (frame.depth - len(shape)) for shape in shapes]
    points = int(np.prod(np.broadcast_shapes(*shapes))) if shapes else 1
    return max(points, 1) * _later_points(frame.over(expr.axes[0], 0, 1), expr.axes[1:])


def _later_points(frame: Frame, axes: Iterable[Axis]) -> int:
    """About how many points the axes have in the frame: an axis that depends on another is counted at the other's first
    point."""
    points = 1
    for axis in axes:
        points *= max(_count(frame, axis), 1)
        frame = frame.over(axis, 0, 1)
    return points


def _start(kind: str, dtype: DType) -> Array:
    """The result of an empty reduction. Sums of floats are accumulated in f64."""
    if kind in ("and", "or"):
        return np.asarray(kind == "and")
    kept = compute_type(dtype).numpy
    if kind in ("sum", "prod"):
        return np.asarray(kind == "prod", np.float64 if dtype.is_float else kept)
    if dtype.is_float:
        return np.asarray(-np.inf if kind == "max" else np.inf, kept)
    limits = np.iinfo(np.dtype(kept.name))
    return np.asarray(limits.min if kind == "max" else limits.max, kept)


def _accumulator(frame: Frame, expr: Accumulator) -> Array:
    raise InternalError("an Accumulator stands for a micro-kernel's sum; it has no value in a loop nest")


_EVALUATE: dict[type[Expr], Callable[..., Array]] = {
    Number: _number,
    Position: _position,
    Load: _load,
    Apply: _apply,
    Inside: _inside,
    Guard: _guard,
    Bind: _bind,
    Reduce: _reduce,
    Accumulator: _accumulator,
}
