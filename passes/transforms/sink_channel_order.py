"""A change of the channel order moves down to the convolution that can absorb it."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Gather, Multiply
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.channel_order import channel_order
from dldt.passes.channels import channel_shape, channel_vector
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, node
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _OrderedOperand(Match):
    x: Value
    gather: Value
    indices: Array
    axis: Array
    c: Array


@transform
class SinkChannelOrder(Rewrite[_OrderedOperand]):
    """Mean and scale move before a change of the channel order; their constants are reordered.

    ::

        x → Gather(channels p) → + c → y        x → + c[inverse p] → Gather(channels p) → y
    """

    pattern = node(
        (Add, Multiply),
        node(Gather, anything("x"), constant("indices"), constant("axis"), single=True, name="gather"),
        constant("c"),
    )

    def rewrite(self, match: _OrderedOperand) -> Value | None:
        """The Gather behind the sum or product."""
        x, root = match.x, match.root
        order = channel_order(x, match.gather.op, match.indices, match.axis)
        if order is None or root.type != match.gather.type:
            return None
        vector = channel_vector(match.c, x.type.rank, 1, order.size)
        if vector is None:
            return None
        ordered = np.take(vector, np.argsort(order)) if vector.size > 1 else vector
        done = root.op(x, channel_shape(ordered, x.type.rank, 1))
        return match.gather.op(done, *match.gather.inputs[1:])
