"""The choice of a nest's schedule: how each of its loops is transformed."""

from __future__ import annotations

from collections.abc import Iterator

from dldt.codegen.llvm.strided_load import is_short_stride
from dldt.codegen.loop.ir import Axis, Load, Nest, Reduce, dims_of, free_symbols, walk
from dldt.codegen.loop.linear import stride_of
from dldt.codegen.loop.schedule import (
    Directive,
    Merge,
    Parallel,
    Schedule,
    SplitAxis,
    Strip,
    Unroll,
    Vectorize,
    Within,
    merge,
    split,
)
from dldt.codegen.loop.variable import LoopVariable
from dldt.codegen.loop.variables import merged_variable
from dldt.codegen.target import Target
from dldt.compiler.dims import Dim, FloorDiv, Symbol, atoms, product, symbols

UNROLLED = 9
"""Reductions of at most this many points are fully unrolled."""


def choose_schedule(nest: Nest, target: Target) -> Schedule:
    """The default schedule. It merges contiguous axes, vectorises the axis with the most contiguous accesses, and
    shares among threads the axes on which reductions depend (all axes where there is no reduction). The other axes are
    the inner loops."""
    directives: list[Directive] = []
    nest = _cut_channels(_merge_all(nest, directives), target.block, directives)
    lanes = target.block
    vector = _vector_axis(nest, lanes)
    needed = _reduction_axes(nest)
    outer = [axis for axis in nest.axes if axis is not vector and (not needed or axis.variable in needed)]
    within = [axis for axis in nest.axes if axis is not vector and axis not in outer]
    heavy = bool(needed) and vector is not None and vector.variable in needed
    if vector is not None and not _enough(outer) and _is_long(vector, lanes if heavy else 512 * lanes):
        cut = SplitAxis.of(vector.variable, lanes if heavy else 64 * lanes)
        directives.append(cut)
        nest = split(nest, cut)
        axes = {axis.variable: axis for axis in nest.axes}
        vector = axes[cut.inner]
        outer = [*(axes[axis.variable] for axis in outer), axes[cut.outer]]
    own = {axis.variable for axis in nest.axes}
    directives.append(Parallel(tuple(axis.variable for axis in outer if not symbols(axis.extent) & own)))
    if vector is not None:
        directives.append(Vectorize(vector.variable, lanes))
    if heavy and within:
        directives.append(Within(tuple(axis.variable for axis in within)))
    directives += _reductions(nest, lanes)
    return tuple(directives)


def in_linear_axes(nest: Nest, target: Target) -> Nest:
    """The nest with its axes merged where they can be, and an axis of channels cut at the blocks."""
    return _cut_channels(_merge_all(nest, []), target.block, [])


def _reductions(nest: Nest, lanes: int) -> Iterator[Directive]:
    """The directives for each reduction of a scheduled nest."""
    for sub in walk(nest.value):
        if not isinstance(sub, Reduce):
            continue
        strip = _strip_axis(sub, lanes)
        if strip is not None:
            yield Strip(strip.variable, lanes)
        few = next((k for k in range(len(sub.axes)) if _points(sub.axes[k:]) <= UNROLLED), None)
        if few is not None:
            yield Unroll(tuple(axis.variable for axis in sub.axes[few:]))


def _strip_axis(reduction: Reduce, lanes: int) -> Axis | None:
    """The axis of a reduction along which the most loads of the body are contiguous, if it is worth vectorising."""
    best, best_score = None, 0
    for axis in reduction.axes:
        if isinstance(axis.extent, int) and axis.extent < min(lanes, 4):
            continue
        strides = [
            stride_of(sub.buffer.offset(sub.index), axis.variable)
            for sub in walk(reduction.body)
            if isinstance(sub, Load)
        ]
        score = sum(2 if stride == 1 else 0 if isinstance(stride, int) and stride == 0 else -3 for stride in strides)
        if score > best_score:
            best, best_score = axis, score
    return best


def _points(axes: tuple[Axis, ...]) -> float:
    """The number of points of a reduction, infinite where its bounds are not plain numbers."""
    points = 1
    for axis in axes:
        if not isinstance(axis.lower, int) or not isinstance(axis.upper, int):
            return float("inf")
        points *= axis.upper - axis.lower
    return points


def _reduction_axes(nest: Nest) -> set[LoopVariable]:
    """The axes on which some reduction depends. Along all others a reduction can be computed once."""
    needed: set[Symbol] = set()
    for sub in walk(nest.value):
        if isinstance(sub, Reduce):
            needed |= free_symbols(sub)
    return {axis.variable for axis in nest.axes if axis.variable in needed}


def _cut_channels(nest: Nest, block: int, directives: list[Directive]) -> Nest:
    """Split an axis that walks the channels of a blocked tensor at the blocks, so that a vector stays within one
    block."""
    for axis in nest.axes:
        if isinstance(axis.extent, int) and axis.extent < block:
            continue
        if any(_cuts(sub.buffer.offset(sub.index), axis, block) for sub in walk(nest.value) if isinstance(sub, Load)):
            step = SplitAxis.of(axis.variable, block, "b", "c")
            directives.append(step)
            return split(nest, step)
    return nest


def _cuts(offset: Dim, axis: Axis, block: int) -> bool:
    return any(
        isinstance(atom, FloorDiv) and atom.denominator == block and atom.numerator == axis.symbol
        for atom in atoms(offset)
    )


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
    """Whether two axes can be merged: every offset is linear in both, and the outer stride is ``inner.extent`` times
    the inner one. Axes whose bounds depend on others, or that do not begin at 0, are not merged."""
    own = {axis.variable for axis in nest.axes}
    if inner.extent == 0 or any(axis.lower != 0 or symbols(axis.upper) & own for axis in (outer, inner)):
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
    """The benefit of vectorising along the axis: contiguous accesses count for it, gathers against it."""
    written = nest.buffer.offset(nest.index)
    # Where all sizes are known, LLVM makes better vectors of a store in two runs (measured: a join of 24 channels to 24
    # takes 275 µs in place of 311, and 416 in place of 298 where they are free).
    in_runs = _is_two_runs(written, axis) and not all(isinstance(each.extent, int) for each in nest.axes)
    score = 4 if stride_of(written, axis.variable) == 1 else 3 if in_runs else -6
    inside_reduction = {
        load for sub in walk(nest.value) if isinstance(sub, Reduce) for load in walk(sub.body) if isinstance(load, Load)
    }
    for sub in walk(nest.value):
        if isinstance(sub, Load):
            offset = sub.buffer.offset(sub.index)
            stride = 1 if _is_two_runs(offset, axis) else stride_of(offset, axis.variable)
            weight = 4 if sub in inside_reduction else 1
            score += weight * _gain(stride)
    return score


def _gain(stride: Dim | None) -> int:
    """The benefit of loads of this stride: adjacent elements are one load, those of a short stride several."""
    if not isinstance(stride, int):
        return -2
    return 2 if stride == 1 else 1 if is_short_stride(stride) else 0 if stride == 0 else -2


def _is_two_runs(offset: Dim, axis: Axis) -> bool:
    """Whether a vector along the axis consists of at most two contiguous pieces, because it crosses the end of a
    channel block."""
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
