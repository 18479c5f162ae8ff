"""Slices: y[i] = x[start + step·i]."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, lowers
from dldt.codegen.loop.lower.known import dims_given, ints_given
from dldt.compiler import ops
from dldt.compiler.dims import Dim, maximum, maximum_of, minimum, minimum_of
from dldt.compiler.ops.axes import normal_axes
from dldt.compiler.ops.slice import from_front
from dldt.compiler.types import TensorType

Types = tuple[TensorType, ...]


@lowers(ops.Slice, kind="move", reads=(0,))
def slice_(
    op: ops.Slice, types: Types, x: Access, start: Access, stop: Access, step: Access, axes: Access | None = None
) -> Access:
    """y = x[start:stop:step] along the axes."""
    starts, steps = dims_given(op, 1, start), ints_given(op, 3, step)
    along = tuple(range(len(starts))) if axes is None else ints_given(op, 4, axes)
    along = normal_axes(along, x.type.rank, op.type)
    rows: dict[int, tuple[Dim, int]] = {}
    for axis, first, by in zip(along, starts, steps, strict=True):
        rows[axis] = first_taken(x.type.shape[axis], first, by), by

    def element(index: Index) -> Expr:
        return x(tuple(rows[axis][0] + rows[axis][1] * i if axis in rows else i for axis, i in enumerate(index)))

    return Access(types[0], element)


@lowers(ops.StridedSlice, kind="move", reads=(0,))
def strided_slice(
    op: ops.StridedSlice, types: Types, x: Access, begin: Access, end: Access, strides: Access | None = None
) -> Access:
    """y = x[begin:end:strides], modified by the masks."""
    first, last = dims_given(op, 1, begin), dims_given(op, 2, end)
    steps = (1,) * len(first) if strides is None else ints_given(op, 3, strides)
    entries = op.entries(x.type.rank, first, last, steps)

    def element(index: Index) -> Expr:
        rest = list(index)
        source: list[Dim] = []
        for entry in entries:
            if entry.kind == "new":
                rest.pop(0)
                continue
            size = x.type.shape[len(source)]
            if entry.kind == "shrink":
                source.append(_from_front(entry.begin or 0, size))
            elif entry.kind == "all":
                source.append(rest.pop(0))
            else:
                source.append(first_taken(size, entry.begin, entry.step) + entry.step * rest.pop(0))
        return x(tuple(source))

    return Access(types[0], element)


def first_taken(size: Dim, start: Dim | None, step: int) -> Dim:
    """The first position that ``[start::step]`` takes from ``size``, clamped as in Python."""
    low, high = (0, size) if step > 0 else (-1, size - 1)
    if start is None:
        return low if step > 0 else high
    if maximum_of(start) < 0:
        return maximum(start + size, low)
    if minimum_of(start) < 0:
        return minimum(maximum(from_front(start, size), low), high)
    return minimum(start, high)


def _from_front(place: Dim, size: Dim) -> Dim:
    """The place counted from the front. A place that may be outside the axis at run time is clamped to the nearest
    place inside: no run-time size can make the kernel read outside."""
    counted = place + size if maximum_of(place) < 0 else place
    if minimum_of(place) < 0 <= maximum_of(place):
        counted = from_front(place, size)
    return minimum(maximum(counted, 0), size - 1)
