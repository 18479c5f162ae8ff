"""Schedules as data: how a kernel's loops run. A directive is a record; a directive that changes a nest is applied by a
pure function from nest to nest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import attrs

from dldt.codegen.loop.ir import (
    Apply,
    Axis,
    Bind,
    Expr,
    Guard,
    Inside,
    Load,
    Nest,
    Position,
    Reduce,
    dims_of,
    walk,
)
from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler.dims import Dim, Symbol, floordiv, minimum
from dldt.compiler.named_sizes import written_symbols
from dldt.compiler.substitute import substitute


@attrs.frozen
class Merge:
    """Two adjacent axes become one. Every access must stay linear in it."""

    outer: LoopVariable
    inner: LoopVariable
    merged: LoopVariable


@attrs.frozen
class SplitAxis:
    """Strip-mining: an axis becomes two. ``outer`` runs over pieces of ``size``, ``inner`` runs within one."""

    axis: LoopVariable
    size: int
    outer: LoopVariable
    inner: LoopVariable

    @classmethod
    def of(cls, axis: LoopVariable, size: int, outer: str = "o", inner: str = "i") -> SplitAxis:
        """The directive with two new variables, named after the axis's own."""
        return cls(axis, size, axis.part(outer), axis.part(inner))


@attrs.frozen
class Parallel:
    """These outermost axes are flattened into the range that threads share."""

    axes: tuple[LoopVariable, ...]


@attrs.frozen
class Vectorize:
    """The axis runs in vectors of ``lanes`` elements."""

    axis: LoopVariable
    lanes: int


@attrs.frozen
class Within:
    """These axes run inside each vector: whatever does not depend on them is computed once for each vector."""

    axes: tuple[LoopVariable, ...]


@attrs.frozen
class Strip:
    """The axis of a reduction runs in vectors of ``lanes`` elements, whose lanes are reduced at the end. A reduction
    that is inside a vectorised axis already runs as a plain loop instead."""

    axis: LoopVariable
    lanes: int


@attrs.frozen
class Unroll:
    """These innermost axes of a reduction are fully unrolled: whatever depends only on a point's number (masks, shifts)
    becomes constant."""

    axes: tuple[LoopVariable, ...]


@attrs.frozen
class Outermost:
    """The outermost loop in the range of a contraction: ``pixels`` (small weights stay in a cache while the image
    streams through it) or ``channels`` (large weights are streamed once)."""

    walked: str


@attrs.frozen
class WrittenOut:
    """A bound on unrolling: the most multiply-adds in the body of a loop."""

    most: int


Directive: TypeAlias = Merge | SplitAxis | Parallel | Vectorize | Within | Strip | Unroll | Outermost | WrittenOut
Schedule: TypeAlias = tuple[Directive, ...]


@attrs.frozen
class Scheduled:
    """A nest with the order of its loops: the ``parallel`` axes, the ``serial`` ones in order, the ``vector`` axis, and
    the ``inner`` ones. ``strips`` are the reduction axes that run in vectors, ``unrolled`` those that are unrolled."""

    nest: Nest
    parallel: tuple[Axis, ...]
    serial: tuple[Axis, ...]
    vector: Axis | None
    lanes: int
    inner: tuple[Axis, ...] = ()
    strips: tuple[LoopVariable, ...] = ()
    unrolled: tuple[LoopVariable, ...] = ()


def apply_schedule(nest: Nest, schedule: Schedule) -> Scheduled:
    """The nest under the schedule."""
    parallel: tuple[LoopVariable, ...] = ()
    inner: tuple[LoopVariable, ...] = ()
    vector: LoopVariable | None = None
    lanes = 0
    for directive in schedule:
        if isinstance(directive, Merge):
            nest = merge(nest, directive)
        elif isinstance(directive, SplitAxis):
            nest = split(nest, directive)
        elif isinstance(directive, Parallel):
            parallel = directive.axes
        elif isinstance(directive, Within):
            inner = directive.axes
        elif isinstance(directive, Vectorize):
            vector, lanes = directive.axis, directive.lanes
    axes = {axis.variable: axis for axis in nest.axes}
    elsewhere = {*parallel, *inner, vector}
    serial = tuple(axis for axis in nest.axes if axis.variable not in elsewhere)
    within = tuple(axes[variable] for variable in inner)
    along = None if vector is None else axes[vector]
    strips = tuple(directive.axis for directive in schedule if isinstance(directive, Strip))
    unrolled = tuple(axis for directive in schedule if isinstance(directive, Unroll) for axis in directive.axes)
    shared = tuple(axes[variable] for variable in parallel)
    return Scheduled(nest, shared, serial, along, lanes, within, strips, unrolled)


def written_out(schedule: Schedule) -> int:
    """The most multiply-adds that the schedule allows in the body of a loop; 1 where it does not say."""
    return next((directive.most for directive in schedule if isinstance(directive, WrittenOut)), 1)


def merge(nest: Nest, directive: Merge) -> Nest:
    """One axis in place of two: ``outer = m // inner_extent``, ``inner = m % inner_extent``."""
    position = [axis.variable for axis in nest.axes].index(directive.outer)
    outer, inner = nest.axes[position], nest.axes[position + 1]
    merged = Axis(directive.merged, outer.extent * inner.extent)
    quotient = floordiv(merged.symbol, inner.extent)
    values: dict[Symbol, Dim] = {outer.variable: quotient, inner.variable: merged.symbol - quotient * inner.extent}
    return _substituted(nest, (*nest.axes[:position], merged, *nest.axes[position + 2 :]), values)


def split(nest: Nest, directive: SplitAxis) -> Nest:
    """``axis = lower + outer*size + inner``."""
    position = [axis.variable for axis in nest.axes].index(directive.axis)
    axis = nest.axes[position]
    outer = Axis(directive.outer, floordiv(axis.extent + directive.size - 1, directive.size))
    inner = Axis(directive.inner, minimum(directive.size, axis.extent - outer.symbol * directive.size))
    values: dict[Symbol, Dim] = {axis.variable: axis.lower + outer.symbol * directive.size + inner.symbol}
    return _substituted(nest, (*nest.axes[:position], outer, inner, *nest.axes[position + 1 :]), values)


def between(nest: Nest, variable: LoopVariable, lower: int, upper: int) -> Nest:
    """The nest with an axis, which begins at 0, from ``lower`` to ``upper`` alone; without it where that is one."""
    position = [axis.variable for axis in nest.axes].index(variable)
    before, behind = nest.axes[:position], nest.axes[position + 1 :]
    if upper - lower == 1:
        return _substituted(nest, (*before, *behind), {variable: lower})
    axis = Axis(variable.part(f"f{lower}"), upper - lower)
    return _substituted(nest, (*before, axis, *behind), {variable: axis.symbol + lower})


def nest_symbols(nest: Nest) -> set[Symbol]:
    """The run-time dims that a nest mentions."""
    dims = [*nest.index, nest.buffer.offset(nest.index)]
    for axis in nest.axes:
        dims += [axis.upper, axis.lower]
    for sub in walk(nest.value):
        dims += dims_of(sub)
        if isinstance(sub, Load):
            dims.append(sub.buffer.offset(sub.index))
    return run_time_dims(dims)


def run_time_dims(dims: Iterable[Dim]) -> set[Symbol]:
    """The symbols whose values the kernel's caller knows: all except the variables of the kernel's own loops."""
    return {found for dim in dims for found in written_symbols(dim) if not isinstance(found, LoopVariable)}


def rewrite(expr: Expr, values: dict[Symbol, Dim]) -> Expr:
    """The expression with symbols replaced in every index."""
    memo: dict[int, Expr] = {}

    def visit(e: Expr) -> Expr:
        made = memo.get(id(e))
        if made is None:
            made = memo[id(e)] = build(e)
        return made

    def build(e: Expr) -> Expr:
        if isinstance(e, Load):
            return Load(e.buffer, tuple(substitute(d, values) for d in e.index))
        if isinstance(e, Position):
            return Position(substitute(e.dim, values), e.dtype)
        if isinstance(e, Inside):
            return Inside(*(substitute(d, values) for d in (e.dim, e.lower, e.upper)))
        if isinstance(e, Apply):
            return Apply(e.name, tuple(visit(a) for a in e.arguments), e.dtype)
        if isinstance(e, Guard):
            return Guard(visit(e.condition), visit(e.then), visit(e.otherwise))
        if isinstance(e, Reduce):
            axes = tuple(Axis(a.variable, substitute(a.upper, values), substitute(a.lower, values)) for a in e.axes)
            return Reduce(e.kind, axes, visit(e.body))
        if isinstance(e, Bind):
            return Bind(e.variable, visit(e.value), visit(e.body))
        return e

    return visit(expr)


def _substituted(nest: Nest, axes: tuple[Axis, ...], values: dict[Symbol, Dim]) -> Nest:
    index = tuple(substitute(d, values) for d in nest.index)
    axes = tuple(Axis(a.variable, substitute(a.upper, values), substitute(a.lower, values)) for a in axes)
    return Nest(axes, nest.buffer, index, rewrite(nest.value, values))
