"""Softmax by its parts."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops import Divide, Exp, ReduceMax, ReduceSum, Softmax8, Subtract
from dldt.passes.base import transform
from dldt.passes.pattern import Match, anything, constant, either, node
from dldt.passes.rewrite import Rewrite

_AXES = constant("axes", where=lambda a: a.size == 1)
_X = anything("x")
_EXP = either(
    node(Exp, node(Subtract, _X, node(ReduceMax, _X, constant("max_axes"), name="max")), name="exp"),
    node(Exp, _X, name="exp"),
)


@transform
class FuseSoftmax(Rewrite):
    """Exponentials over their sum along one axis. The maximum taken off first changes nothing but the range.

    ::

        e = Exp(x - ReduceMax(x, axis));  e / ReduceSum(e, axis)   →   SoftMax(x, axis)
    """

    pattern = node(Divide, _EXP, node(ReduceSum, anything("exp"), _AXES, name="sum"))

    def rewrite(self, match: Match) -> Value | None:
        """SoftMax along the axis of the sum."""
        x = match["x"]
        axis = int(match.array("axes").ravel()[0]) % max(x.type.rank, 1)
        if x.type != match.root.type or not _keeps_dims(match["sum"]):
            return None
        if "max" in match and not (_keeps_dims(match["max"]) and axis in _axes(match)):
            return None
        return Softmax8(axis=axis)(x)


def _axes(match: Match) -> set[int]:
    """The axes of the maximum: along them it is one number, which the quotient cancels."""
    return {int(axis) % match["x"].type.rank for axis in match.array("max_axes").ravel()}


def _keeps_dims(value: Value) -> bool:
    return bool(getattr(value.op, "keep_dims", False))
