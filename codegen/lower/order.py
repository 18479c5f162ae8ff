"""Order and running sums."""

from __future__ import annotations

from dldt.codegen.loops import Axis, Expr, Index, Reduce
from dldt.codegen.lower.access import Access, apply, cast, cast_dim, fresh_axis, lowers, number, position, reduce
from dldt.codegen.lower.bind import Binder
from dldt.codegen.lower.join import replaced
from dldt.codegen.lower.known import ints_given
from dldt.compiler import ops
from dldt.compiler.dims import Dim
from dldt.compiler.types import DType, TensorType

Types = tuple[TensorType, ...]


@lowers(ops.CumSum, kind="reduce", reads=(0,))
def cum_sum(op: ops.CumSum, types: Types, x: Access, axis: Access) -> Access:
    """y[i] = Σ x over the positions up to i (from i on where ``reverse``), i itself left out where ``exclusive``."""
    at = ints_given(op, 1, axis)[0] % x.type.rank
    size = x.type.shape[at]
    name = fresh_axis("s", 0).name

    def element(index: Index) -> Expr:
        here = index[at]
        skip = 1 if op.exclusive else 0
        run = Axis(name, size, here + skip) if op.reverse else Axis(name, here + 1 - skip)
        return Reduce("sum", (run,), x(replaced(index, at, run.symbol)))

    return Access(types[0], element)


@lowers(ops.TopK, kind="reduce", reads=(0,))
def top_k(op: ops.TopK, types: Types, x: Access, k: Access) -> tuple[Access, Access]:
    """The value, and the position, at each rank: the element that exactly ``rank`` others are better than."""
    axis = op.axis % x.type.rank
    ranking = _Ranking(op, x, axis, types[0].shape[axis])
    binder = Binder()

    def value(index: Index) -> Expr:
        return binder.exactly(ranking.place(index), x.type.shape[axis], lambda p: x(replaced(index, axis, p)))

    return Access(types[0], value), Access(types[1], lambda index: cast(ranking.place(index), types[1].dtype))


class _Ranking:
    """Which position of the axis comes at each place of the output."""

    def __init__(self, op: ops.TopK, x: Access, axis: int, count: Dim) -> None:
        self.op, self.x, self.axis, self.count = op, x, axis, count
        size = x.type.shape[axis]
        self.candidate, self.other, self.earlier = (fresh_axis("t", size) for _ in range(3))

    def place(self, index: Index) -> Expr:
        """The position, an i64."""
        candidate = position(self.candidate)
        wanted = cast_dim(index[self.axis])
        if self.op.sort == "index":
            rank = self._chosen_before(index, candidate)
            hit = apply("and", self._chosen(index, candidate, self.other), _same(rank, wanted))
        else:
            hit = _same(self._rank(index, candidate, self.other), wanted)
        found = apply("select", hit, cast_dim(candidate), number(DType.i64, 0), dtype=DType.i64)
        return reduce("sum", (self.candidate,), found)

    def _rank(self, index: Index, candidate: Dim, run: Axis) -> Expr:
        """How many positions are better than the candidate: larger (smaller), or equal and before it."""
        own = self.x(replaced(index, self.axis, candidate))
        rival = self.x(replaced(index, self.axis, position(run)))
        better = apply("gt" if self.op.mode == "max" else "lt", rival, own, dtype=DType.boolean)
        before = apply("lt", cast_dim(position(run)), cast_dim(candidate), dtype=DType.boolean)
        tied = apply("and", apply("eq", rival, own, dtype=DType.boolean), before)
        return reduce("sum", (run,), cast(apply("or", better, tied), DType.i64))

    def _chosen(self, index: Index, candidate: Dim, run: Axis) -> Expr:
        """Whether the candidate is one of the first ``k``."""
        return apply("lt", self._rank(index, candidate, run), cast_dim(self.count), dtype=DType.boolean)

    def _chosen_before(self, index: Index, candidate: Dim) -> Expr:
        """How many of the first ``k`` lie before the candidate."""
        before = Axis(self.earlier.name, candidate)
        chosen = self._chosen(index, before.symbol, self.other)
        return Reduce("sum", (before,), cast(chosen, DType.i64))


def _same(a: Expr, b: Expr) -> Expr:
    return apply("eq", a, b, dtype=DType.boolean)
