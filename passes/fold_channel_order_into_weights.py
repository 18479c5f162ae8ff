"""A change of the channel order before a convolution goes into its weights."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Convolution, Gather
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.pattern import Match, anything, constant, node
from dldt.passes.rewrite import Rewrite


@transform
class FoldChannelOrderIntoWeights(Rewrite):
    """``--reverse-input-channels`` costs nothing: the first convolution reads its input channels in that order.

    ::

        x → Gather(channels [2,1,0]) → Convolution(w)        x → Convolution(w[:, [2,1,0]])
    """

    pattern = node(
        Convolution,
        node(Gather, anything("x"), constant("indices"), constant("axis"), single=True, name="gather"),
        constant("w"),
    )

    def rewrite(self, match: Match) -> Value | None:
        """The convolution on reordered weights, where the indices are a permutation of all channels."""
        order = channel_order(match)
        if order is None:
            return None
        return match.root.op(match["x"], np.take(match.array("w"), np.argsort(order), axis=1))


def channel_order(match: Match) -> Array | None:
    """The captured Gather's indices, where they permute the channels (axis 1)."""
    shape, indices = match["x"].type.shape, match.array("indices")
    axis = match.array("axis")
    if axis.size != 1 or len(shape) < 2 or int(axis.reshape(())) % len(shape) != 1 or indices.ndim != 1:
        return None
    size = shape[1]
    op = match["gather"].op
    if not isinstance(size, int) or indices.size != size or not isinstance(op, Gather) or op.batch_dims:
        return None
    order = np.where(indices < 0, indices + size, indices)
    return order if np.array_equal(np.sort(order), np.arange(size)) else None
