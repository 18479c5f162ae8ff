"""Reductions of one element."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops.reduce import Reduction
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, node
from dldt.passes.reshape_to import reshape_to
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _Reduced(Match):
    x: Value
    axes: Array


@transform
class SimplifyReduce(Rewrite[_Reduced]):
    """A mean, sum, product or extreme along axes of size 1 only drops them.

    ::

        x[N,C,1] → ReduceMean(2) → y[N,C]        x[N,C,1] → Reshape [0,-1] → y[N,C]
    """

    pattern = node(Reduction, anything("x"), constant("axes"), where=lambda v: v.op.has(Trait.IDENTITY_IF_TYPED_ALIKE))

    def rewrite(self, match: _Reduced) -> Value | None:
        """The Reshape, where every axis is of size 1."""
        shape = match.x.type.shape
        if any(shape[int(axis)] != 1 for axis in match.axes.ravel()):
            return None
        return reshape_to(match.x, match.root.type.shape)
