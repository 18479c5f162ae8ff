"""Softmax by its parts."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops import Divide, Exp, ReduceMax, ReduceSum, Softmax8, Subtract
from dldt.passes.base import transform
from dldt.passes.pattern import Match, anything, constant, either, node
from dldt.passes.rewrite import Rewrite
from dldt.passes.views import kept_shape, maybe_view, seen_shape

_X = anything("x")
_MAX = node(ReduceMax, _X, constant("max_axes"), name="max")
_SHIFTED = node(Subtract, _X, maybe_view(_MAX, "max_view"))
_SUM = node(ReduceSum, anything("exp"), constant("axes", where=lambda a: a.size == 1), name="sum")


@transform
class FuseSoftmax(Rewrite):
    """Exponentials over their sum along one axis. The maximum taken off first changes nothing but the range.

    ::

        e = Exp(x - ReduceMax(x, axis));  e / ReduceSum(e, axis)   →   SoftMax(x, axis)

    The reduced dim is kept, or comes back by a view.
    """

    pattern = node(
        Divide,
        either(node(Exp, _SHIFTED, name="exp"), node(Exp, _X, name="exp")),
        maybe_view(_SUM, "sum_view"),
    )

    def rewrite(self, match: Match) -> Value | None:
        """SoftMax along the axis of the sum."""
        x = match["x"]
        axes = _axes(match, "axes")
        if x.type != match.root.type or seen_shape(match, "sum", "sum_view") != kept_shape(x.type.shape, axes):
            return None
        if "max" in match and not self._cancels(match, axes):
            return None
        return Softmax8(axis=next(iter(axes)))(x)

    def _cancels(self, match: Match, axes: frozenset[int]) -> bool:
        """Whether the maximum is one number along the sum's axis: only then does the quotient not see it."""
        reduced = _axes(match, "max_axes")
        kept = kept_shape(match["x"].type.shape, reduced)
        return axes <= reduced and seen_shape(match, "max", "max_view") == kept


def _axes(match: Match, name: str) -> frozenset[int]:
    return frozenset(int(axis) % match["x"].type.rank for axis in match.array(name).ravel())
