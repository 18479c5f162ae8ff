"""Chains of Transpose."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Transpose
from dldt.passes.base import transform
from dldt.passes.pattern import Match, anything, constant, node
from dldt.passes.rewrite import Rewrite


@transform
class MergeTransposes(Rewrite):
    """Two Transposes in a row are one, or none where they cancel.

    ::

        x → Transpose(p) → Transpose(q) → y         x → Transpose(p[q]) → y
    """

    pattern = node(Transpose, node(Transpose, anything("x"), constant("inner")), constant("outer"))

    def rewrite(self, match: Match) -> Value | None:
        """The composed permutation; an empty order means reversal."""
        x = match["x"]
        order = permutation(match, "inner")[permutation(match, "outer")]
        if np.array_equal(order, np.arange(order.size)):
            return x
        return Transpose()(x, order)


def permutation(match: Match, name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The captured order input as an int64 vector; the empty order is a reversal."""
    order = np.asarray(match.array(name), np.int64).ravel()
    return order if order.size else np.arange(match.root.type.rank)[::-1]
