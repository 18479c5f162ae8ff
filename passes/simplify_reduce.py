"""Reductions of one element."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops import ReduceMax, ReduceMean, ReduceMin, ReduceProd, ReduceSum
from dldt.passes.base import transform
from dldt.passes.pattern import Match, anything, constant, node
from dldt.passes.reshape_to import reshape_to
from dldt.passes.rewrite import Rewrite


@transform
class SimplifyReduce(Rewrite):
    """A mean, sum, product or extreme along axes of size 1 only drops them.

    ::

        x[N,C,1] → ReduceMean(2) → y[N,C]        x[N,C,1] → Reshape [0,-1] → y[N,C]
    """

    pattern = node((ReduceMax, ReduceMean, ReduceMin, ReduceProd, ReduceSum), anything("x"), constant("axes"))

    def rewrite(self, match: Match) -> Value | None:
        """The Reshape, where every axis is of size 1."""
        shape = match["x"].type.shape
        if any(shape[int(axis)] != 1 for axis in match.array("axes").ravel()):
            return None
        return reshape_to(match["x"], match.root.type.shape)
