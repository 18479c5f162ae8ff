"""A product or sum before a convolution or MatMul goes into its weights."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops import Add, MatMul, Multiply
from dldt.compiler.ops.convolution import ConvolutionBase
from dldt.compiler.ops.linear import Linear
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.channels import channel_shape, channel_vector
from dldt.passes.exactness import may_move_sum, may_scale
from dldt.passes.integers import sums_integers
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, either, node
from dldt.passes.rewrite import Rewrite
from dldt.passes.weights import channels, contracted, has_plain_weights, scaled, spread


@attrs.frozen
class _AffineInput(Match):
    x: Value
    w: Array
    scale: Array | None = None
    shift: Array | None = None


@transform
class FoldInputAffineIntoWeights(Rewrite[_AffineInput]):
    """A constant factor and shift for each input channel go into the weights (BatchNorm, or mean and scale of images).

    ::

        Convolution(x * s, w)        →  Convolution(x, w * s[1,C,1,1])
        Convolution(x + b, w)        →  Convolution(x, w) + sum(w * b)         without padding only
        Convolution(x * s + b, w)    →  Convolution(x + b / s, w * s)          with padding: the shift must stay

    A factor leaves the zeros of the padding zero, a shift would not: hence the third form. It serves too where x has no
    error of its own, which a sum behind the contraction would give it.
    """

    pattern = node(
        Linear,
        either(
            node(Multiply, anything("x"), constant("scale"), single=True),
            node(Add, node(Multiply, anything("x"), constant("scale"), single=True), constant("shift"), single=True),
            node(Add, anything("x"), constant("shift"), single=True),
        ),
        constant("w"),
        where=has_plain_weights,
    )

    def rewrite(self, match: _AffineInput) -> Value | None:
        """The operation on scaled weights, with a bias where a shift was folded."""
        root, x, weights = match.root, match.x, match.w
        assert isinstance(root.op, Linear)
        if sums_integers(root):
            return None  # the shift is the zero point of bytes
        axis = root.op.channel_axis(x.type.rank)
        inputs = root.op.input_channel_axes(weights.ndim)
        count = channels(weights, inputs)
        if x.type.rank < 2 or x.type.shape[axis] != count:
            return None  # the constant would widen the data
        scale, shift = (
            np.ones(1) if given is None else channel_vector(given, x.type.rank, axis, count)
            for given in (match.scale, match.shift)
        )
        if scale is None or shift is None:
            return None
        made = scaled(weights, inputs, scale)
        if not may_scale(weights, spread(weights, inputs, scale), made):
            return None
        if match.shift is None:
            return root.op(x, made)
        if _is_free_of_padding(root.op, weights) and may_move_sum(x, _at_input(shift, scale)):
            kept = root.inputs[1] if match.scale is None else made
            linear = root.op(x, kept, name=root.node.name)
            return _biased(root.op, linear, contracted(root.op, weights, shift))
        if match.scale is None or np.any(scale == 0):
            return None
        return _shift_first(root.op, x, weights, scale, shift)


def _at_input(shift: Array, scale: Array) -> Array:
    """The shift in units of what is scaled."""
    with np.errstate(all="ignore"):
        return np.asarray(shift.astype(np.float64) / scale.astype(np.float64))


def _shift_first(op: Linear, x: Value, weights: Array, scale: Array, shift: Array) -> Value | None:
    inputs = op.input_channel_axes(weights.ndim)
    moved = _at_input(shift, scale).astype(weights.dtype)
    if not np.all(np.isfinite(moved)):
        return None
    shifted = Add()(x, channel_shape(moved, x.type.rank, op.channel_axis(x.type.rank)))
    return op(shifted, scaled(weights, inputs, scale))


def _biased(op: Linear, linear: Value, bias: Array) -> Value:
    axis = op.channel_axis(linear.type.rank)
    return Add()(linear, channel_shape(bias.astype(linear.type.dtype.numpy), linear.type.rank, axis))


def _is_free_of_padding(op: Op, weights: Array) -> bool:
    if isinstance(op, MatMul):
        return weights.ndim == 2
    if not isinstance(op, ConvolutionBase):
        return False  # a transposed convolution sums a different number of taps at the borders
    if op.auto_pad == "valid":
        return True
    return op.auto_pad == "explicit" and not any((*op.pads_begin, *op.pads_end))
