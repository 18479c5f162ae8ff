"""A product after a convolution or MatMul goes into its weights."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops import Multiply
from dldt.passes.base import transform
from dldt.passes.channels import channel_vector
from dldt.passes.pattern import Match, constant, node
from dldt.passes.rewrite import Rewrite
from dldt.passes.weights import LINEAR, channel_axis, channels, has_plain_weights, scaled, weight_axes


@transform
class FoldScaleIntoWeights(Rewrite):
    """A constant factor an output channel scales the weights of the only producer.

    ::

        Convolution(x, w) * s[1,C,1,1]   →   Convolution(x, w * s[C,1,1,1])

    Likewise GroupConvolution, ConvolutionBackpropData, GroupConvolutionBackpropData, and MatMul by constant weights.
    """

    pattern = node(Multiply, node(LINEAR, name="linear", single=True, where=has_plain_weights), constant("scale"))

    def rewrite(self, match: Match) -> Value | None:
        """The operation on scaled weights."""
        linear = match["linear"]
        x, w, *rest = linear.inputs
        assert x is not None
        assert w is not None
        weights = w.constant
        assert weights is not None
        outputs, _ = weight_axes(linear.op, weights.ndim)
        count = channels(weights, outputs)
        rank = linear.type.rank
        vector = channel_vector(match.array("scale"), rank, channel_axis(linear.op, rank), count)
        if vector is None:
            return None
        return linear.op(x, scaled(weights, outputs, vector), *rest, name=linear.node.name)
