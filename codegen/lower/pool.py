"""Pooling: reductions over the taps of a window."""

from __future__ import annotations

from dldt.codegen.loops import Expr, Index
from dldt.codegen.lower.access import Access, apply, cast, cast_dim, flatten, lowers, number, reduce
from dldt.codegen.lower.statistics import count_of
from dldt.codegen.lower.taps import Taps
from dldt.compiler import ops
from dldt.compiler.dims import Dim, maximum, minimum, product
from dldt.compiler.types import DType, TensorType

Types = tuple[TensorType, ...]


@lowers(ops.MaxPool, kind="reduce")
def max_pool(op: ops.MaxPool, types: Types, x: Access) -> Access:
    """y = the largest under the window."""
    return Access(types[0], _Largest.of(op, x).element)


class _Largest:
    """The maximum under a window."""

    def __init__(self, x: Access, taps: Taps) -> None:
        self.x, self.taps = x, taps

    @classmethod
    def of(cls, op: ops.MaxPool | ops.MaxPool8, x: Access) -> _Largest:
        space = x.type.shape[2:]
        return cls(x, Taps.over(op.window(space), space))

    def element(self, index: Index) -> Expr:
        axes = self.taps.axes(index[2:])
        return reduce("max", axes, self.x((*index[:2], *self.taps.source(index[2:], axes))))


@lowers(ops.MaxPool8, ops.MaxPool14, kind="reduce")
def max_pool_8(op: ops.MaxPool8, types: Types, x: Access) -> tuple[Access, Access]:
    """y, and the position of the first largest, counted over the dims from ``axis`` on."""
    largest = _Largest.of(op, x)
    axis = op.axis % x.type.rank
    second = Taps.over(op.window(x.type.shape[2:]), x.type.shape[2:])

    def position(index: Index) -> Expr:
        axes = second.axes(index[2:])
        source = (*index[:2], *second.source(index[2:], axes))
        place = cast_dim(flatten(x.type.shape[axis:], source[axis:]))
        best = apply("eq", x(source), largest.element(index), dtype=DType.boolean)
        far = number(DType.i64, 2**62)
        first = reduce("min", axes, apply("select", best, place, far, dtype=DType.i64))
        empty = apply("ge", first, far, dtype=DType.boolean)
        return cast(apply("select", empty, number(DType.i64, -1), first, dtype=DType.i64), types[1].dtype)

    return Access(types[0], largest.element), Access(types[1], position)


@lowers(ops.AvgPool, ops.AvgPool14, kind="reduce")
def avg_pool(op: ops.AvgPool, types: Types, x: Access) -> Access:
    """y = the mean under the window; padding does not count, or counts as zeros."""
    space = x.type.shape[2:]
    taps = Taps.over(op.window(space), space)

    def element(index: Index) -> Expr:
        at = index[2:]
        axes = taps.axes(at)
        total = reduce("sum", axes, x((*index[:2], *taps.source(at, axes))))
        return apply("div", total, count_of(_divisor(op, taps, at), x.dtype))

    return Access(types[0], element)


def _divisor(op: ops.AvgPool, taps: Taps, at: Index) -> Dim:
    """By how many elements the sum at output position ``at`` is divided. Padding counts unless it is excluded; so does
    what hangs over the padding of an axis whose size is rounded up."""
    where = taps.where
    if op.exclude_pad:
        return maximum(product(axis.extent for axis in taps.axes(at)), 1)
    if op.rounding_type == "ceil" and any(pad != 0 for pad in where.pads_begin + where.pads_end):
        return product(where.kernel)
    counted: Dim = 1
    for i, place in enumerate(at):
        room = taps.space[i] + where.pads_begin[i] + where.pads_end[i] - place * where.strides[i]
        counted = counted * minimum(room, where.kernel[i])
    return maximum(counted, 1)
