"""Pooling to a given size: reductions over windows whose ends depend on the place."""

from __future__ import annotations

from dldt.codegen.loop.ir import Axis, Expr, Index
from dldt.codegen.loop.lower.access import Access, apply, cast, cast_dim, flatten, lowers, number, position, reduce
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.lower.statistics import count_of
from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler import ops
from dldt.compiler.dims import ceildiv, floordiv, product
from dldt.compiler.types import DType, TensorType

Types = tuple[TensorType, ...]
Spans = tuple[Axis, ...]


@lowers(ops.AdaptiveAvgPool, kind="reduce", reads=(0,))
def adaptive_avg_pool(op: ops.AdaptiveAvgPool, types: Types, x: Access, shape: Access, *, fresh: Fresh) -> Access:
    """y = the mean over the window."""
    variables = _variables(x, fresh)

    def element(index: Index) -> Expr:
        axes = _spans(types[0], x, index, variables)
        total = reduce("sum", axes, x(_source(index, axes, types[0], x)))
        return apply("div", total, count_of(product(axis.extent for axis in axes), x.dtype))

    return Access(types[0], element)


@lowers(ops.AdaptiveMaxPool, kind="reduce", reads=(0,))
def adaptive_max_pool(
    op: ops.AdaptiveMaxPool, types: Types, x: Access, shape: Access, *, fresh: Fresh
) -> tuple[Access, Access]:
    """y = the largest element of the window, and the first place where it stands."""
    variables, second = _variables(x, fresh), _variables(x, fresh)

    def largest(index: Index) -> Expr:
        axes = _spans(types[0], x, index, variables)
        return reduce("max", axes, x(_source(index, axes, types[0], x)))

    def place(index: Index) -> Expr:
        axes = _spans(types[0], x, index, second)
        source = _source(index, axes, types[0], x)
        best = apply("eq", x(source), largest(index), dtype=DType.boolean)
        here = cast_dim(flatten(x.type.shape[2:], source[2:]))
        found = reduce("min", axes, apply("select", best, here, number(DType.i64, 2**62), dtype=DType.i64))
        return cast(found, types[1].dtype)

    return Access(types[0], largest), Access(types[1], place)


def _variables(x: Access, fresh: Fresh) -> tuple[LoopVariable, ...]:
    return tuple(fresh.variable("k") for _ in x.type.shape[2:])


def _spans(t: TensorType, x: Access, index: Index, variables: tuple[LoopVariable, ...]) -> Spans:
    """The window at an output position, from 0 on along each axis."""
    parts = zip(index[2:], x.type.shape[2:], t.shape[2:], variables, strict=True)
    return tuple(Axis(v, ceildiv((p + 1) * size, n) - floordiv(p * size, n)) for p, size, n, v in parts)


def _source(index: Index, axes: Spans, t: TensorType, x: Access) -> Index:
    parts = zip(index[2:], x.type.shape[2:], t.shape[2:], axes, strict=True)
    return (*index[:2], *(floordiv(p * size, n) + position(axis) for p, size, n, axis in parts))
