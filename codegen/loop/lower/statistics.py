"""Sums and means over whole axes, for several operations."""

from __future__ import annotations

from collections.abc import Callable

from dldt.codegen.loop.ir import Axis, Expr, Index, Position
from dldt.codegen.loop.lower.access import apply, number, position, reduce
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.compiler.dims import Dim, product
from dldt.compiler.types import DType, Shape


def axes_over(shape: Shape, along: tuple[int, ...], fresh: Fresh) -> dict[int, Axis]:
    """A new reduction axis for each of the axes ``along`` of a tensor, by axis number."""
    return {axis: fresh.axis("r", shape[axis]) for axis in sorted(along)}


def placed(index: Index, axes: dict[int, Axis]) -> Index:
    """``index`` with the reduction axes inserted at their positions."""
    return tuple(position(axes[i]) if i in axes else dim for i, dim in enumerate(index))


def count_of(count: Dim, dtype: DType) -> Expr:
    """A number of elements, as an element of the given type."""
    return number(dtype, count) if isinstance(count, int) else Position(count, dtype)


def total(kind: str, axes: dict[int, Axis], index: Index, body: Callable[[Index], Expr]) -> Expr:
    """``body`` reduced over the axes; ``index`` supplies the other dims."""
    return reduce(kind, tuple(axes.values()), body(placed(index, axes)))


def mean(axes: dict[int, Axis], index: Index, body: Callable[[Index], Expr]) -> Expr:
    """The mean of ``body`` over the axes."""
    found = total("sum", axes, index, body)
    count = product(axis.extent for axis in axes.values())
    return found if count == 1 else apply("div", found, count_of(count, found.dtype))
