"""Softmax by its parts."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import Divide, Exp, ReduceMax, ReduceSum, Softmax8, Subtract
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, either, node
from dldt.passes.rewrite import Rewrite
from dldt.passes.views import kept_shape, maybe_view, seen_shape

_X = anything("x")
_MAX = node(ReduceMax, _X, constant("max_axes"), name="max")
_SHIFTED = node(Subtract, _X, maybe_view(_MAX, "max_view"))
_SUM = node(ReduceSum, anything("exp"), constant("axes", where=lambda a: a.size == 1), name="sum")


@attrs.frozen
class _SoftmaxParts(Match):
    x: Value
    exp: Value
    sum: Value
    axes: Array
    sum_view: Value | None = None
    max: Value | None = None
    max_axes: Array | None = None
    max_view: Value | None = None


@transform
class FuseSoftmax(Rewrite[_SoftmaxParts]):
    """Exponentials over their sum along one axis. Taking the maximum off first only avoids overflow.

    ::

        e = Exp(x - ReduceMax(x, axis));  e / ReduceSum(e, axis)   →   SoftMax(x, axis)

    The reduced dim is kept, or comes back by a view.
    """

    pattern = node(
        Divide,
        either(node(Exp, _SHIFTED, name="exp"), node(Exp, _X, name="exp")),
        maybe_view(_SUM, "sum_view"),
    )

    def rewrite(self, match: _SoftmaxParts) -> Value | None:
        """SoftMax along the axis of the sum."""
        x = match.x
        axes = _axes(match.axes, x.type.rank)
        if x.type != match.root.type or seen_shape(match.sum, match.sum_view) != kept_shape(x.type.shape, axes):
            return None
        if not _cancels(match, axes):
            return None
        return Softmax8(axis=next(iter(axes)))(x)


def _cancels(match: _SoftmaxParts, axes: frozenset[int]) -> bool:
    """Whether the maximum, where one is taken off, is one number along the sum's axis: the quotient does not see it."""
    if match.max is None or match.max_axes is None:
        return True
    reduced = _axes(match.max_axes, match.x.type.rank)
    kept = kept_shape(match.x.type.shape, reduced)
    return axes <= reduced and seen_shape(match.max, match.max_view) == kept


def _axes(given: Array, rank: int) -> frozenset[int]:
    return frozenset(int(axis) % rank for axis in given.ravel())
