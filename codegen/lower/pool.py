"""Pooling: reductions over the taps of a window."""

from __future__ import annotations

from dldt.codegen.loops import Expr, Index
from dldt.codegen.lower.access import Access, apply, cast_dim, flatten, lowers, number, reduce
from dldt.codegen.lower.statistics import count_of
from dldt.codegen.lower.taps import Taps
from dldt.compiler import ops
from dldt.compiler.dims import Dim, minimum, product
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


@lowers(ops.MaxPool8, kind="reduce")
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
        return apply("cast", first, dtype=types[1].dtype)

    return Access(types[0], largest.element), Access(types[1], position)


@lowers(ops.AvgPool, kind="reduce")
def avg_pool(op: ops.AvgPool, types: Types, x: Access) -> Access:
    """y = the mean under the window; padding does not count, or counts as zeros."""
    space = x.type.shape[2:]
    taps = Taps.over(op.window(space), space)

    def element(index: Index) -> Expr:
        at = index[2:]
        axes = taps.axes(at)
        total = reduce("sum", axes, x((*index[:2], *taps.source(at, axes))))
        counted = [axis.extent for axis in axes] if op.exclude_pad else _padded_extents(taps, at)
        return apply("div", total, count_of(product(counted), x.dtype))

    return Access(types[0], element)


def _padded_extents(taps: Taps, at: Index) -> list[Dim]:
    """How many taps lie on the data or its padding: all, save where rounding up hangs a window over the end."""
    found: list[Dim] = []
    where = taps.where
    for i, position in enumerate(at):
        room = taps.space[i] + where.pads_begin[i] + where.pads_end[i] - position * where.strides[i]
        found.append(minimum(room, where.kernel[i]))
    return found
