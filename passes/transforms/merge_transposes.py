"""Chains of Transpose."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Transpose
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, node
from dldt.passes.permutation import permutation
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _TwoTransposes(Match):
    x: Value
    inner: Array
    outer: Array


@transform
class MergeTransposes(Rewrite[_TwoTransposes]):
    """Two Transposes in a row are one, or none where they cancel.

    ::

        x → Transpose(p) → Transpose(q) → y         x → Transpose(p[q]) → y
    """

    pattern = node(Transpose, node(Transpose, anything("x"), constant("inner")), constant("outer"))

    def rewrite(self, match: _TwoTransposes) -> Value | None:
        """The composed permutation; an empty order means reversal."""
        x = match.x
        rank = x.type.rank
        order = permutation(match.inner, rank)[permutation(match.outer, rank)]
        if np.array_equal(order, np.arange(order.size)):
            return x
        return Transpose()(x, order)
