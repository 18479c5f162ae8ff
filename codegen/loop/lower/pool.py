"""Pooling: reductions over the taps of a window."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index, Number
from dldt.codegen.loop.lower.access import Access, apply, cast, cast_dim, flatten, lowers, number, reduce
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.lower.statistics import count_of
from dldt.codegen.loop.lower.taps import Taps
from dldt.compiler import ops
from dldt.compiler.dims import Dim, maximum, minimum, product
from dldt.compiler.types import DType, TensorType

Types = tuple[TensorType, ...]


@lowers(ops.MaxPool, kind="reduce")
def max_pool(op: ops.MaxPool, types: Types, x: Access, *, fresh: Fresh) -> Access:
    """y = the largest element of the window."""
    return Access(types[0], _Largest.of(op, x, fresh).element)


class _Largest:
    """The maximum over a window."""

    def __init__(self, x: Access, taps: Taps) -> None:
        self.x, self.taps = x, taps

    @classmethod
    def of(cls, op: ops.MaxPool | ops.MaxPool8, x: Access, fresh: Fresh) -> _Largest:
        space = x.type.shape[2:]
        return cls(x, Taps.over(op.window(space), space, fresh))

    def element(self, index: Index) -> Expr:
        axes = self.taps.axes(index[2:])
        return reduce("max", axes, self.x((*index[:2], *self.taps.source(index[2:], axes))))


@lowers(ops.MaxPool8, ops.MaxPool14, kind="reduce")
def max_pool_8(op: ops.MaxPool8, types: Types, x: Access, *, fresh: Fresh) -> tuple[Access, Access]:
    """y, and the position of the first largest element, counted over the dims from ``axis`` on."""
    largest = _Largest.of(op, x, fresh)
    axis = op.axis % x.type.rank
    second = Taps.over(op.window(x.type.shape[2:]), x.type.shape[2:], fresh)

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
def avg_pool(op: ops.AvgPool, types: Types, x: Access, *, fresh: Fresh) -> Access:
    """y = the mean over the window. Padding does not count, or counts as zeros."""
    space = x.type.shape[2:]
    taps = Taps.over(op.window(space), space, fresh)

    def element(index: Index) -> Expr:
        at = index[2:]
        axes = taps.axes(at)
        total = reduce("sum", axes, x((*index[:2], *taps.source(at, axes))))
        return apply("div", total, _divisor(op, taps, at, x.dtype))

    return Access(types[0], element)


def _divisor(op: ops.AvgPool, taps: Taps, at: Index, dtype: DType) -> Expr:
    """The number of elements by which the sum at output position ``at`` is divided, as one factor for each axis. It is
    at least 1, because a window without data gives 0."""
    factors = [maximum(count, 1) for count in _counts(op, taps, at)]
    fixed = product(count for count in factors if isinstance(count, int))
    found = count_of(fixed, dtype)
    for count in factors:
        if not isinstance(count, int):
            factor = count_of(count, dtype)
            found = factor if fixed == 1 and isinstance(found, Number) else apply("mul", found, factor)
    return found


def _counts(op: ops.AvgPool, taps: Taps, at: Index) -> list[Dim]:
    """How many taps count along each axis. Padding counts unless it is excluded. So do positions beyond the padding,
    into which a window reaches where output sizes are rounded up."""
    where = taps.where
    if op.exclude_pad:
        return [axis.extent for axis in taps.axes(at)]
    if op.rounding_type == "ceil" and any(pad != 0 for pad in where.pads_begin + where.pads_end):
        return list(where.kernel)
    padded = zip(taps.space, where.pads_begin, where.pads_end, strict=True)
    rooms = [
        size + begin + end - place * stride
        for (size, begin, end), place, stride in zip(padded, at, where.strides, strict=True)
    ]
    return [minimum(room, kernel) for room, kernel in zip(rooms, where.kernel, strict=True)]
