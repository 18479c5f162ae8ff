"""Schedules as data: how a nest is walked. Each directive is a record, applied by a pure function nest → nest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import attrs

from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import (
    Apply,
    Axis,
    Bind,
    Expr,
    Guard,
    Index,
    Inside,
    Load,
    Nest,
    Position,
    Reduce,
    dims_of,
    free_symbols,
    walk,
)
from dldt.codegen.loop.linear import stride_of
from dldt.codegen.loop.lower.access import Access
from dldt.codegen.loop.variable import LoopVariable
from dldt.codegen.loop.variables import merged_variable, output_variable
from dldt.codegen.target import Target
from dldt.compiler.dims import Dim, FloorDiv, Symbol, atoms, floordiv, minimum, product, substitute, symbols


@attrs.frozen
class Merge:
    """Two adjacent axes become one, where every access stays linear in it."""

    outer: LoopVariable
    inner: LoopVariable
    merged: LoopVariable


@attrs.frozen
class Tile:
    """An axis is cut: ``outer`` runs over tiles of ``size``, ``inner`` within one."""

    axis: LoopVariable
    size: int
    outer: LoopVariable
    inner: LoopVariable

    @classmethod
    def of(cls, axis: LoopVariable, size: int, outer: str = "o", inner: str = "i") -> Tile:
        """The two variables are called after the axis's own."""
        return cls(axis, size, axis.part(outer), axis.part(inner))


@attrs.frozen
class Parallel:
    """These outermost axes are flattened into the range that threads share."""

    axes: tuple[LoopVariable, ...]


@attrs.frozen
class Vectorize:
    """The axis is walked by vectors of ``lanes`` elements."""

    axis: LoopVariable
    lanes: int


@attrs.frozen
class Within:
    """These axes are walked within each vector: what does not depend on them is computed once a vector."""

    axes: tuple[LoopVariable, ...]


Directive: TypeAlias = Merge | Tile | Parallel | Vectorize | Within
Schedule: TypeAlias = tuple[Directive, ...]


@attrs.frozen
class Scheduled:
    """A nest with its walk: ``parallel`` axes, ``serial`` ones in order, the ``vector`` axis, the ``inner`` ones."""

    nest: Nest
    parallel: tuple[Axis, ...]
    serial: tuple[Axis, ...]
    vector: Axis | None
    lanes: int
    inner: tuple[Axis, ...] = ()


def output_nest(buffer: Buffer, access: Access) -> Nest:
    """The nest that fills ``buffer`` with ``access``: one axis a dim, one more where channels lie in blocks (dims of 1
    have none)."""
    axes: list[Axis] = []
    index: list[Dim] = []
    for position, dim in enumerate(buffer.whole.physical_shape if buffer.layout.block else buffer.shape):
        if dim == 1:
            index.append(0)
            continue
        axis = Axis(output_variable(position), dim)
        axes.append(axis)
        index.append(axis.symbol)
    if not buffer.layout.block:
        return Nest(tuple(axes), buffer, tuple(index), access(tuple(index)))
    return _blocked_nest(buffer, access, axes, index)


def _blocked_nest(buffer: Buffer, access: Access, axes: list[Axis], index: list[Dim]) -> Nest:
    """Over whole blocks, padding included, where every read of the padding stays in bounds; else up to the last
    channel."""
    block = buffer.layout.block
    lane = axes[-1]
    logical: Index = (index[0], index[1] * block + index[-1], *index[2:-1])
    nest = Nest(tuple(axes), buffer, logical, access(logical))
    channels = buffer.shape[1]
    if (isinstance(channels, int) and channels % block == 0) or _padding_readable(nest, lane):
        return nest
    short = Axis(lane.variable, minimum(block, channels - index[1] * block))
    logical = (index[0], index[1] * block + short.symbol, *index[2:-1])
    return Nest((*axes[:-1], short), buffer, logical, access(logical))


def _padding_readable(nest: Nest, lane: Axis) -> bool:
    for sub in walk(nest.value):
        if isinstance(sub, Load):
            stride = stride_of(sub.buffer.offset(sub.index), lane.variable)
            if stride == 0 or (stride == 1 and sub.buffer.over_readable):
                continue
            return False
        if any(lane.variable in symbols(d) for d in dims_of(sub)):
            return False
    return True


def apply_schedule(nest: Nest, schedule: Schedule) -> Scheduled:
    """The nest under the schedule."""
    parallel: tuple[LoopVariable, ...] = ()
    inner: tuple[LoopVariable, ...] = ()
    vector: LoopVariable | None = None
    lanes = 0
    for directive in schedule:
        if isinstance(directive, Merge):
            nest = merge(nest, directive)
        elif isinstance(directive, Tile):
            nest = tile(nest, directive)
        elif isinstance(directive, Parallel):
            parallel = directive.axes
        elif isinstance(directive, Within):
            inner = directive.axes
        else:
            vector, lanes = directive.axis, directive.lanes
    axes = {axis.variable: axis for axis in nest.axes}
    elsewhere = {*parallel, *inner, vector}
    serial = tuple(axis for axis in nest.axes if axis.variable not in elsewhere)
    within = tuple(axes[variable] for variable in inner)
    along = None if vector is None else axes[vector]
    return Scheduled(nest, tuple(axes[variable] for variable in parallel), serial, along, lanes, within)


def merge(nest: Nest, directive: Merge) -> Nest:
    """One axis for two: ``outer = m // inner_extent``, ``inner = m % inner_extent``."""
    position = [axis.variable for axis in nest.axes].index(directive.outer)
    outer, inner = nest.axes[position], nest.axes[position + 1]
    merged = Axis(directive.merged, outer.extent * inner.extent)
    quotient = floordiv(merged.symbol, inner.extent)
    values: dict[Symbol, Dim] = {outer.variable: quotient, inner.variable: merged.symbol - quotient * inner.extent}
    return _substituted(nest, (*nest.axes[:position], merged, *nest.axes[position + 2 :]), values)


def tile(nest: Nest, directive: Tile) -> Nest:
    """``axis = lower + outer*size + inner``."""
    position = [axis.variable for axis in nest.axes].index(directive.axis)
    axis = nest.axes[position]
    outer = Axis(directive.outer, floordiv(axis.extent + directive.size - 1, directive.size))
    inner = Axis(directive.inner, minimum(directive.size, axis.extent - outer.symbol * directive.size))
    values: dict[Symbol, Dim] = {axis.variable: axis.lower + outer.symbol * directive.size + inner.symbol}
    return _substituted(nest, (*nest.axes[:position], outer, inner, *nest.axes[position + 1 :]), values)


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
    """The symbols of the dims that the kernel's caller knows: all but its own loops' variables."""
    return {found for dim in dims for found in symbols(dim) if not isinstance(found, LoopVariable)}


def choose_schedule(nest: Nest, target: Target) -> Schedule:
    """The default schedule: merge what is contiguous, vectorise the axis with the most contiguous accesses, share among
    threads the axes on which reductions depend (all, where there is none), and walk the others within."""
    directives: list[Directive] = []
    nest = _cut_channels(_merge_all(nest, directives), target.block, directives)
    lanes = target.block
    vector = _vector_axis(nest, lanes)
    needed = _reduction_axes(nest)
    outer = [axis for axis in nest.axes if axis is not vector and (not needed or axis.variable in needed)]
    within = [axis for axis in nest.axes if axis is not vector and axis not in outer]
    heavy = bool(needed) and vector is not None and vector.variable in needed
    if vector is not None and not _enough(outer) and _is_long(vector, lanes if heavy else 512 * lanes):
        cut = Tile.of(vector.variable, lanes if heavy else 64 * lanes)
        directives.append(cut)
        nest = tile(nest, cut)
        axes = {axis.variable: axis for axis in nest.axes}
        vector = axes[cut.inner]
        outer = [*(axes[axis.variable] for axis in outer), axes[cut.outer]]
    own = {axis.variable for axis in nest.axes}
    directives.append(Parallel(tuple(axis.variable for axis in outer if not symbols(axis.extent) & own)))
    if vector is not None:
        directives.append(Vectorize(vector.variable, lanes))
    if heavy and within:
        directives.append(Within(tuple(axis.variable for axis in within)))
    return tuple(directives)


def _reduction_axes(nest: Nest) -> set[LoopVariable]:
    """The axes on which some reduction depends: along the others it can be computed once."""
    needed: set[Symbol] = set()
    for sub in walk(nest.value):
        if isinstance(sub, Reduce):
            needed |= free_symbols(sub)
    return {axis.variable for axis in nest.axes if axis.variable in needed}


def _cut_channels(nest: Nest, block: int, directives: list[Directive]) -> Nest:
    """An axis that walks the channels of a blocked tensor is cut at the blocks, so that a vector lies in one."""
    for axis in nest.axes:
        if isinstance(axis.extent, int) and axis.extent < block:
            continue
        if any(_cuts(sub.buffer.offset(sub.index), axis, block) for sub in walk(nest.value) if isinstance(sub, Load)):
            step = Tile.of(axis.variable, block, "b", "c")
            directives.append(step)
            return tile(nest, step)
    return nest


def _cuts(offset: Dim, axis: Axis, block: int) -> bool:
    return any(
        isinstance(atom, FloorDiv) and atom.denominator == block and atom.numerator == axis.symbol
        for atom in atoms(offset)
    )


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


def _merge_all(nest: Nest, directives: list[Directive]) -> Nest:
    count = 0
    position = len(nest.axes) - 2
    while position >= 0:
        outer, inner = nest.axes[position], nest.axes[position + 1]
        if _mergeable(nest, outer, inner):
            step = Merge(outer.variable, inner.variable, merged_variable(count))
            count += 1
            directives.append(step)
            nest = merge(nest, step)
        position -= 1
    return nest


def _mergeable(nest: Nest, outer: Axis, inner: Axis) -> bool:
    """Whether every offset is linear in both, the outer stride being ``inner.extent`` times the inner; axes with
    bounds that depend on others, or that do not begin at 0, are left alone."""
    own = {axis.variable for axis in nest.axes}
    if any(axis.lower != 0 or symbols(axis.upper) & own for axis in (outer, inner)):
        return False
    offsets = [nest.buffer.offset(nest.index)]
    for sub in walk(nest.value):
        if isinstance(sub, Load):
            offsets.append(sub.buffer.offset(sub.index))
        elif any({outer.variable, inner.variable} & symbols(d) for d in dims_of(sub)):
            return False
    strides = [(stride_of(offset, outer.variable), stride_of(offset, inner.variable)) for offset in offsets]
    return all(wide == _scaled(narrow, inner.extent) for wide, narrow in strides)


def _scaled(stride: Dim | None, extent: Dim) -> Dim | str:
    return "not linear" if stride is None else stride * extent


def _vector_axis(nest: Nest, lanes: int) -> Axis | None:
    best, best_score = None, 0
    for axis in nest.axes:
        if isinstance(axis.extent, int) and axis.extent < 3:
            continue
        score = _score(nest, axis)
        if isinstance(axis.extent, int) and axis.extent < lanes:
            score -= 1
        if score > best_score or (score == best_score and best is not None and score > 0):
            best, best_score = axis, score
    return best


def _score(nest: Nest, axis: Axis) -> int:
    """What vectorising along the axis is worth: contiguous accesses count for it, gathers against it."""
    score = 4 if stride_of(nest.buffer.offset(nest.index), axis.variable) == 1 else -6
    inside_reduction = {
        load for sub in walk(nest.value) if isinstance(sub, Reduce) for load in walk(sub.body) if isinstance(load, Load)
    }
    for sub in walk(nest.value):
        if isinstance(sub, Load):
            offset = sub.buffer.offset(sub.index)
            stride = 1 if _is_two_runs(offset, axis) else stride_of(offset, axis.variable)
            weight = 4 if sub in inside_reduction else 1
            score += weight * (2 if stride == 1 else 0 if stride == 0 else -2)
    return score


def _is_two_runs(offset: Dim, axis: Axis) -> bool:
    """Whether a vector along the axis lies in at most two pieces, across a channel block's end."""
    if isinstance(offset, int):
        return False
    varying = {
        a for m, _ in offset.terms for a in m if isinstance(a, FloorDiv) and axis.variable in symbols(a.numerator)
    }
    if len(varying) != 1 or stride_of(next(iter(varying)).numerator, axis.variable) != 1:
        return False
    (atom,) = varying
    stride: Dim = 0
    for monomial, coefficient in offset.terms:
        if axis.variable in monomial:
            stride = coefficient if len(monomial) == 1 else 0
    return stride == 1 and isinstance(atom.denominator, int)


def _enough(axes: list[Axis]) -> bool:
    total = product(axis.extent for axis in axes)
    return not isinstance(total, int) or total >= 16


def _is_long(axis: Axis, least: int) -> bool:
    return not isinstance(axis.extent, int) or axis.extent >= least


__all__ = [
    "Directive",
    "FloorDiv",
    "Merge",
    "Parallel",
    "Schedule",
    "Scheduled",
    "Tile",
    "Vectorize",
    "Within",
    "apply_schedule",
    "atoms",
    "choose_schedule",
    "merge",
    "output_nest",
    "rewrite",
    "tile",
]
