"""Reductions along axes."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, apply, cast, lowers
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.lower.known import ints_given
from dldt.codegen.loop.lower.statistics import axes_over, mean, total
from dldt.compiler import ops
from dldt.compiler.op import Op
from dldt.compiler.ops.reduce import Reduction
from dldt.compiler.types import DType, TensorType

Types = tuple[TensorType, ...]

KINDS: dict[type[Op], str] = {
    ops.ReduceSum: "sum",
    ops.ReduceL1: "sum",
    ops.ReduceL2: "sum",
    ops.ReduceProd: "prod",
    ops.ReduceMax: "max",
    ops.ReduceMin: "min",
    ops.ReduceLogicalAnd: "and",
    ops.ReduceLogicalOr: "or",
}


@lowers(*KINDS, ops.ReduceMean, kind="reduce", reads=(0,))
def reduction(op: Reduction, types: Types, x: Access, axes: Access, *, fresh: Fresh) -> Access:
    """y = x reduced along the axes."""
    along = {axis % x.type.rank for axis in ints_given(op, 1, axes)}
    runs = axes_over(x.type.shape, tuple(along), fresh)

    def full(index: Index) -> Index:
        """The index with all axes of x: 0 at those that are reduced."""
        if op.keep_dims:
            return tuple(0 if i in along else dim for i, dim in enumerate(index))
        rest = iter(index)
        return tuple(0 if i in along else next(rest) for i in range(x.type.rank))

    def element(index: Index) -> Expr:
        at = full(index)
        if isinstance(op, ops.ReduceMean):
            exact = x.dtype if x.dtype.is_float else DType.f64
            return cast(mean(runs, at, lambda i: cast(x(i), exact)), x.dtype)
        found = total(KINDS[type(op)], runs, at, lambda i: _before(op, x(i)))
        return apply("sqrt", found) if isinstance(op, ops.ReduceL2) else found

    return Access(types[0], element)


def _before(op: Reduction, x: Expr) -> Expr:
    if isinstance(op, ops.ReduceL1):
        return apply("abs", x)
    return apply("mul", x, x) if isinstance(op, ops.ReduceL2) else x
