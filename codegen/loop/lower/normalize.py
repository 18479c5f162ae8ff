"""Normalisation by given or computed statistics."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, apply, guard, inside, lowers, number, position, reduce
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.lower.known import ints_given
from dldt.codegen.loop.lower.statistics import axes_over, mean, total
from dldt.compiler import ops
from dldt.compiler.dims import Dim, floordiv
from dldt.compiler.types import TensorType

Types = tuple[TensorType, ...]


@lowers(ops.BatchNormInference, kind="map")
def batch_norm(
    op: ops.BatchNormInference, types: Types, x: Access, gamma: Access, beta: Access, mu: Access, variance: Access
) -> Access:
    """gamma·(x - mean)/√(variance + ε) + beta, by channel."""

    def element(index: Index) -> Expr:
        at = (index[1],)
        scaled = apply("mul", gamma(at), apply("sub", x(index), mu(at)))
        deviation = apply("sqrt", apply("add", variance(at), number(x.dtype, op.epsilon)))
        return apply("add", apply("div", scaled, deviation), beta(at))

    return Access(types[0], element)


@lowers(ops.MVN, kind="reduce", reads=(0,))
def mvn(op: ops.MVN, types: Types, x: Access, axes: Access, *, fresh: Fresh) -> Access:
    """(x - mean)/√(variance + ε), or (x - mean)/(√variance + ε)."""
    along = tuple(axis % x.type.rank for axis in ints_given(op, 1, axes))
    means, squares = (axes_over(x.type.shape, along, fresh) for _ in range(2))
    epsilon = number(x.dtype, op.eps)

    def centred(index: Index) -> Expr:
        return apply("sub", x(index), mean(means, index, x))

    def element(index: Index) -> Expr:
        if not op.normalize_variance:
            return centred(index)
        variance = mean(squares, index, lambda i: _square(centred(i)))
        if op.eps_mode == "inside_sqrt":
            return apply("div", centred(index), apply("sqrt", apply("add", variance, epsilon)))
        return apply("div", centred(index), apply("add", apply("sqrt", variance), epsilon))

    return Access(types[0], element)


@lowers(ops.GroupNormalization, kind="reduce")
def group_normalization(
    op: ops.GroupNormalization, types: Types, x: Access, scale: Access, bias: Access, *, fresh: Fresh
) -> Access:
    """scale·(x - mean)/√(variance + ε) + bias, with statistics over a group of channels and all spatial positions."""
    size = floordiv(x.type.shape[1], op.num_groups)
    shape = (x.type.shape[0], size, *x.type.shape[2:])
    along = tuple(range(1, x.type.rank))
    means, squares = (axes_over(shape, along, fresh) for _ in range(2))

    def centred(group: Dim, index: Index) -> Expr:
        return apply("sub", member(group, index), mean(means, index, lambda i: member(group, i)))

    def member(group: Dim, index: Index) -> Expr:
        return x((index[0], group * size + index[1], *index[2:]))

    def element(index: Index) -> Expr:
        group = floordiv(index[1], size)
        inner = (index[0], index[1] - group * size, *index[2:])
        variance = mean(squares, inner, lambda i: _square(centred(group, i)))
        deviation = apply("sqrt", apply("add", variance, number(x.dtype, op.epsilon)))
        normal = apply("div", centred(group, inner), deviation)
        return apply("add", apply("mul", normal, scale((index[1],))), bias((index[1],)))

    return Access(types[0], element)


@lowers(ops.NormalizeL2, kind="reduce", reads=(0,))
def normalize_l2(op: ops.NormalizeL2, types: Types, x: Access, axes: Access, *, fresh: Fresh) -> Access:
    """x/√(Σx² + ε), or with max(Σx², ε)."""
    runs = axes_over(x.type.shape, tuple(axis % x.type.rank for axis in ints_given(op, 1, axes)), fresh)
    name = "add" if op.eps_mode == "add" else "maximum"

    def element(index: Index) -> Expr:
        squares = total("sum", runs, index, lambda i: _square(x(i)))
        return apply("div", x(index), apply("sqrt", apply(name, squares, number(x.dtype, op.eps))))

    return Access(types[0], element)


@lowers(ops.LRN, kind="reduce", reads=(0,))
def lrn(op: ops.LRN, types: Types, x: Access, axes: Access, *, fresh: Fresh) -> Access:
    """x/(bias + alpha/size^n · Σ x² over a window of ``size`` along the axes)^beta."""
    along = sorted({axis % x.type.rank for axis in ints_given(op, 1, axes)})
    # What lies further away than all the data is never inside.
    reach = {axis: tuple(_within(n, x.type.shape[axis]) for n in ((op.size - 1) // 2, op.size // 2)) for axis in along}
    windows = {axis: fresh.axis("w", before + 1 + after) for axis, (before, after) in reach.items()}
    factor = number(x.dtype, op.alpha / op.size ** len(along))
    nothing = number(x.dtype, 0)

    def element(index: Index) -> Expr:
        # A guard instead of bounds that depend on the index: along the channels such bounds would differ between lanes.
        shift = {axis: position(w) - reach[axis][0] for axis, w in windows.items()}
        source = tuple(dim + shift.get(i, 0) for i, dim in enumerate(index))
        square = _square(x(source))
        for axis in along:
            square = guard(inside(source[axis], 0, x.type.shape[axis]), square, nothing)
        squares = reduce("sum", tuple(windows.values()), square)
        base = apply("add", number(x.dtype, op.bias), apply("mul", factor, squares))
        return apply("div", x(index), _power(base, op.beta))

    return Access(types[0], element)


def _within(reach: int, size: Dim) -> int:
    return min(reach, max(size - 1, 0)) if isinstance(size, int) else reach


def _power(base: Expr, exponent: float) -> Expr:
    """The power of a non-negative base; the common exponent 3/4 becomes two square roots."""
    if exponent != 0.75:
        return apply("pow", base, number(base.dtype, exponent))
    root = apply("sqrt", base)
    return apply("mul", root, apply("sqrt", root))


def _square(x: Expr) -> Expr:
    return apply("mul", x, x)
