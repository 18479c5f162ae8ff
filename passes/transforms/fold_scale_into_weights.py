"""A product after a convolution or MatMul goes into its weights."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import Multiply
from dldt.compiler.ops.linear import Linear
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.channels import channel_vector
from dldt.passes.exactness import may_scale, shows_rounding
from dldt.passes.integers import sums_integers
from dldt.passes.match import Match
from dldt.passes.pattern import constant, node
from dldt.passes.rewrite import Rewrite
from dldt.passes.weights import channels, has_plain_weights, scaled, spread


@attrs.frozen
class _ScaledOutput(Match):
    linear: Value
    scale: Array


@transform
class FoldScaleIntoWeights(Rewrite[_ScaledOutput]):
    """A constant factor for each output channel goes into the weights of the operation before it.

    ::

        Convolution(x, w) * s[1,C,1,1]   →   Convolution(x, w * s[C,1,1,1])

    Likewise GroupConvolution, ConvolutionBackpropData, GroupConvolutionBackpropData, and MatMul by constant weights.
    Not where bytes are contracted with integers, which stay such, where somebody sees how a product is rounded, or
    where a factor or a scaled weight is no ordinary number.
    """

    pattern = node(Multiply, node(Linear, name="linear", single=True, where=has_plain_weights), constant("scale"))

    def rewrite(self, match: _ScaledOutput) -> Value | None:
        """The operation on scaled weights."""
        linear = match.linear
        if sums_integers(linear) or shows_rounding(match.root):
            return None
        x, w, *rest = linear.inputs
        assert isinstance(linear.op, Linear)
        assert x is not None
        assert w is not None
        weights = w.constant
        assert weights is not None
        outputs = linear.op.output_channel_axes(weights.ndim)
        count = channels(weights, outputs)
        rank = linear.type.rank
        vector = channel_vector(match.scale, rank, linear.op.channel_axis(rank), count)
        if vector is None:
            return None
        made = scaled(weights, outputs, vector)
        if not may_scale(weights, spread(weights, outputs, vector), made):
            return None
        return linear.op(x, made, *rest, name=linear.node.name)
