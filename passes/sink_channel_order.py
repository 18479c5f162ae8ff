"""A change of the channel order moves down to the convolution that can absorb it."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Gather, Multiply
from dldt.passes.base import transform
from dldt.passes.channels import channel_shape, channel_vector
from dldt.passes.fold_channel_order_into_weights import channel_order
from dldt.passes.pattern import Match, anything, constant, node
from dldt.passes.rewrite import Rewrite


@transform
class SinkChannelOrder(Rewrite):
    """Mean and scale come before the reversal of channels, in its order.

    ::

        x → Gather(channels p) → + c → y        x → + c[inverse p] → Gather(channels p) → y
    """

    pattern = node(
        (Add, Multiply),
        node(Gather, anything("x"), constant("indices"), constant("axis"), single=True, name="gather"),
        constant("c"),
    )

    def rewrite(self, match: Match) -> Value | None:
        """The Gather behind the sum or product."""
        order, x, root = channel_order(match), match["x"], match.root
        if order is None or root.type != match["gather"].type:
            return None
        vector = channel_vector(match.array("c"), x.type.rank, 1, order.size)
        if vector is None:
            return None
        ordered = np.take(vector, np.argsort(order)) if vector.size > 1 else vector
        done = root.op(x, channel_shape(ordered, x.type.rank, 1))
        return match["gather"].op(done, *match["gather"].inputs[1:])
