"""Sorting and running sums."""

from __future__ import annotations

from dldt.codegen.loop.ir import Axis, Expr, Index, Reduce
from dldt.codegen.loop.lower.access import Access, apply, cast, cast_dim, lowers, number, position, reduce
from dldt.codegen.loop.lower.bind import Binder
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.lower.join import replaced
from dldt.codegen.loop.lower.known import ints_given
from dldt.compiler import ops
from dldt.compiler.dims import Dim
from dldt.compiler.types import DType, TensorType

Types = tuple[TensorType, ...]


@lowers(ops.CumSum, kind="reduce", reads=(0,))
def cum_sum(op: ops.CumSum, types: Types, x: Access, axis: Access, *, fresh: Fresh) -> Access:
    """y[i] = Σ x over the positions up to i (with ``reverse``, from i on); with ``exclusive``, without i itself."""
    at = ints_given(op, 1, axis)[0] % x.type.rank
    size = x.type.shape[at]
    variable = fresh.variable("s")

    def element(index: Index) -> Expr:
        here = index[at]
        skip = 1 if op.exclusive else 0
        run = Axis(variable, size, here + skip) if op.reverse else Axis(variable, here + 1 - skip)
        return Reduce("sum", (run,), x(replaced(index, at, run.symbol)))

    return Access(types[0], element)


@lowers(ops.TopK, kind="reduce", reads=(0,))
def top_k(op: ops.TopK, types: Types, x: Access, k: Access, *, fresh: Fresh) -> tuple[Access, Access]:
    """The values and positions of the ``k`` best elements. For n elements this takes k·n² steps (k·n³ if they are
    sorted by position). A caller that stores ``ranks`` and ``places`` in between takes n² + k·n steps."""
    place = places(op, ranks(op, x, fresh), types[0].shape[op.axis % x.type.rank], fresh)
    return picked(op, types, x, place, fresh)


def ranks(op: ops.TopK, x: Access, fresh: Fresh) -> Access:
    """For every position of x, how many elements along the axis are better: larger (or smaller), or equal and
    earlier."""
    axis = op.axis % x.type.rank
    run = fresh.axis("t", x.type.shape[axis])
    name = "ge" if op.mode == "max" else "le"

    def element(index: Index) -> Expr:
        own, rival = x(index), x(replaced(index, axis, position(run)))
        better, tied = apply("not", apply(name, own, rival, dtype=DType.boolean)), _same(rival, own)
        if x.dtype.is_float:  # NaN is the worst of all, as in numpy
            own_nan, rival_nan = (apply("isnan", e, dtype=DType.boolean) for e in (own, rival))
            better = apply("and", better, apply("not", rival_nan))
            tied = apply("or", tied, apply("and", own_nan, rival_nan))
        before = apply("lt", cast_dim(position(run)), cast_dim(index[axis]), dtype=DType.boolean)
        tied = apply("and", tied, before)
        return reduce("sum", (run,), cast(apply("or", better, tied), DType.i64))

    return Access(TensorType(DType.i64, x.type.shape), element)


def places(op: ops.TopK, rank: Access, count: Dim, fresh: Fresh) -> Access:
    """For every position of x, its place in the output; ``count`` or more if it is not in the output."""
    if op.sort != "index":
        return rank
    axis = op.axis % rank.type.rank
    variable = fresh.variable("t")
    limit = cast_dim(count)

    def element(index: Index) -> Expr:
        before = Axis(variable, index[axis])
        chosen = apply("lt", rank(replaced(index, axis, before.symbol)), limit, dtype=DType.boolean)
        earlier = Reduce("sum", (before,), cast(chosen, DType.i64))
        own = apply("lt", rank(index), limit, dtype=DType.boolean)
        return apply("select", own, earlier, limit, dtype=DType.i64)

    return Access(rank.type, element)


def picked(op: ops.TopK, types: Types, x: Access, place: Access, fresh: Fresh) -> tuple[Access, Access]:
    """The values and positions. For each output element, its place is searched among ``place``."""
    axis = op.axis % x.type.rank
    size = x.type.shape[axis]
    run = fresh.axis("t", size)
    binder = Binder(fresh)

    def found(index: Index) -> Expr:
        hit = _same(place(replaced(index, axis, position(run))), cast_dim(index[axis]))
        here = apply("select", hit, cast_dim(position(run)), number(DType.i64, 0), dtype=DType.i64)
        return reduce("max", (run,), here)  # inside of the axis, whatever the data

    def value(index: Index) -> Expr:
        return binder.exactly(found(index), size, lambda at: x(replaced(index, axis, at)))

    return Access(types[0], value), Access(types[1], lambda index: cast(found(index), types[1].dtype))


def _same(a: Expr, b: Expr) -> Expr:
    return apply("eq", a, b, dtype=DType.boolean)
