"""A change of the channel order before a convolution goes into its weights."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Convolution, Gather
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.channel_order import channel_order
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, node
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _OrderedInput(Match):
    x: Value
    gather: Value
    indices: Array
    axis: Array
    w: Array


@transform
class FoldChannelOrderIntoWeights(Rewrite[_OrderedInput]):
    """``--reverse-input-channels`` costs nothing: the first convolution reads its input channels in that order.

    ::

        x → Gather(channels [2,1,0]) → Convolution(w)        x → Convolution(w[:, [2,1,0]])
    """

    pattern = node(
        Convolution,
        node(Gather, anything("x"), constant("indices"), constant("axis"), single=True, name="gather"),
        constant("w"),
    )

    def rewrite(self, match: _OrderedInput) -> Value | None:
        """The convolution on reordered weights, where the indices are a permutation of all channels."""
        order = channel_order(match.x, match.gather.op, match.indices, match.axis)
        if order is None:
            return None
        return match.root.op(match.x, np.take(match.w, np.argsort(order), axis=1))
