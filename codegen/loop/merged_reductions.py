"""Reductions over adjacent axes that lie side by side in memory, as reductions over one axis."""

from __future__ import annotations

from dldt.codegen.loop.ir import Apply, Axis, Bind, Expr, Guard, Load, Reduce, dims_of, walk
from dldt.codegen.loop.linear import stride_of
from dldt.codegen.loop.schedule import rewrite
from dldt.compiler.dims import Dim, Symbol, floordiv, symbols

LONGEST_SUM = 1 << 14
"""Elements of a merged axis that is summed. Rows of an image are summed apart where it is larger: then the rounding
error grows with the length of a row."""


def merged_reductions(expr: Expr) -> Expr:
    """The expression, whose reductions have as few axes as they can: a loop over rows of a few elements runs the length
    of a vector only now and then."""
    memo: dict[int, Expr] = {}

    def visit(e: Expr) -> Expr:
        if id(e) not in memo:
            memo[id(e)] = build(e)
        return memo[id(e)]

    def build(e: Expr) -> Expr:
        if isinstance(e, Apply):
            return Apply(e.name, tuple(visit(a) for a in e.arguments), e.dtype)
        if isinstance(e, Guard):
            return Guard(visit(e.condition), visit(e.then), visit(e.otherwise))
        if isinstance(e, Bind):
            return Bind(e.variable, visit(e.value), visit(e.body))
        return _merged(Reduce(e.kind, e.axes, visit(e.body))) if isinstance(e, Reduce) else e

    return visit(expr)


def _merged(reduction: Reduce) -> Reduce:
    position = len(reduction.axes) - 2
    while position >= 0:
        outer, inner = reduction.axes[position : position + 2]
        if _mergeable(reduction, outer, inner):
            one = Axis(inner.variable, outer.extent * inner.extent)
            quotient = floordiv(one.symbol, inner.extent)
            values: dict[Symbol, Dim] = {outer.variable: quotient, inner.variable: one.symbol - quotient * inner.extent}
            axes = (*reduction.axes[:position], one, *reduction.axes[position + 2 :])
            reduction = Reduce(reduction.kind, axes, rewrite(reduction.body, values))
        position -= 1
    return reduction


def _mergeable(reduction: Reduce, outer: Axis, inner: Axis) -> bool:
    """Whether every read moves by a whole run of the inner axis where the outer one moves by one."""
    sizes = (outer.lower, outer.upper, inner.lower, inner.upper)
    if not all(isinstance(size, int) for size in sizes) or outer.lower != 0 or inner.lower != 0:
        return False
    points = outer.upper * inner.upper
    if points == 0 or (reduction.kind in ("sum", "prod") and isinstance(points, int) and points > LONGEST_SUM):
        return False
    both = {outer.variable, inner.variable}
    for sub in walk(reduction.body):
        if not isinstance(sub, Load):
            if any(both & symbols(dim) for dim in dims_of(sub)):
                return False
            continue
        offset = sub.buffer.offset(sub.index)
        wide, narrow = stride_of(offset, outer.variable), stride_of(offset, inner.variable)
        if wide is None or narrow is None or wide != narrow * inner.extent:
            return False
    return True
