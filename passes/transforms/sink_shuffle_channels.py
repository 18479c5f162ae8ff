"""A shuffle of channels moves down to the grouped convolution that reads its channels in any order."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import GroupConvolution, ShuffleChannels
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.channels import channel_shape, channel_vector
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.rewrite import Rewrite


@transform
class SinkShuffleChannels(Rewrite[Match]):
    """What treats channels apart moves before the shuffle; its constants are reordered.

    ::

        x → ShuffleChannels → GroupConvolution(w, depthwise)   x → GroupConvolution(w[inverse]) → ShuffleChannels
        x → ShuffleChannels → + c                              x → + c[inverse] → ShuffleChannels
        x → ShuffleChannels → ReLU                             x → ReLU → ShuffleChannels

    The shuffle must have no other reader.
    """

    pattern = node(
        (Trait.ELEMENTWISE, GroupConvolution),
        where=lambda value: any(v is not None and isinstance(v.op, ShuffleChannels) for v in value.inputs),
    )

    def rewrite(self, match: Match) -> Value | None:
        """The shuffle behind the operation."""
        root = match.root
        (shuffled, *others) = [v for v in root.inputs if v is not None and isinstance(v.op, ShuffleChannels)]
        source, op = shuffled.inputs[0], shuffled.op
        if source is None or others or not isinstance(op, ShuffleChannels):
            return None
        channels = shuffled.type.shape[1]
        alone = {user.id for user, _ in shuffled.uses} == {root.id}
        if not alone or op.axis % shuffled.type.rank != 1 or not isinstance(channels, int):
            return None
        made = self._before(root, shuffled, source, shuffle_order(channels, op.group))
        return None if made is None else op(made)

    def _before(self, root: Value, shuffled: Value, source: Value, order: Array) -> Value | None:
        others = [v for v in root.inputs if v is not None and v != shuffled]
        if not others:
            return root.op(source)
        array = others[0].constant if len(others) == 1 else None
        if array is None:
            return None
        if isinstance(root.op, GroupConvolution):
            depthwise = shuffled == root.inputs[0] and array.shape[:3] == (order.size, 1, 1)
            return root.op(source, np.take(array, np.argsort(order), axis=0)) if depthwise else None
        vector = channel_vector(array, shuffled.type.rank, 1, order.size)
        if vector is None or root.type.shape != shuffled.type.shape:
            return None
        ordered = np.take(vector, np.argsort(order)) if vector.size > 1 else vector
        constant = channel_shape(ordered, shuffled.type.rank, 1)
        return root.op(source, constant) if shuffled == root.inputs[0] else root.op(constant, source)


def shuffle_order(channels: int, group: int) -> Array:
    """For every channel of the output of ShuffleChannels, the input's: ``y[r·group + g] = x[g·rest + r]``."""
    return np.arange(channels).reshape(group, channels // group).T.reshape(-1)
