"""A product or sum before a convolution or MatMul goes into its weights."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops import Add, Convolution, GroupConvolution, MatMul, Multiply
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.channels import channel_shape, channel_vector
from dldt.passes.pattern import Match, anything, constant, either, node
from dldt.passes.rewrite import Rewrite
from dldt.passes.weights import (
    LINEAR,
    channel_axis,
    channels,
    contracted,
    has_plain_weights,
    scaled,
    weight_axes,
)


@transform
class FoldInputAffineIntoWeights(Rewrite):
    """Constant factors and shifts an input channel (BatchNorm or mean/scale before the first convolution).

    ::

        Convolution(x * s, w)        →  Convolution(x, w * s[1,C,1,1])
        Convolution(x + b, w)        →  Convolution(x, w) + sum(w * b)         without padding only
        Convolution(x * s + b, w)    →  Convolution(x + b / s, w * s)          with padding: the shift must stay

    Padding zeros stay zeros under a factor but not under a shift, hence the third form.
    """

    pattern = node(
        LINEAR,
        either(
            node(Multiply, anything("x"), constant("scale"), single=True),
            node(Add, node(Multiply, anything("x"), constant("scale"), single=True), constant("shift"), single=True),
            node(Add, anything("x"), constant("shift"), single=True),
        ),
        constant("w"),
        where=has_plain_weights,
    )

    def rewrite(self, match: Match) -> Value | None:
        """The operation on scaled weights, with a bias where a shift was folded."""
        root, x, weights = match.root, match["x"], match.array("w")
        axis = channel_axis(root.op, x.type.rank)
        _, inputs = weight_axes(root.op, weights.ndim)
        count = channels(weights, inputs)
        if x.type.rank < 2 or x.type.shape[axis] != count:
            return None  # the constant would widen the data
        vectors: list[Array | None] = []
        for name in ("scale", "shift"):
            vector = channel_vector(match.array(name), x.type.rank, axis, count) if name in match else np.ones(1)
            if vector is None:
                return None
            vectors.append(np.asarray(vector))
        scale, shift = vectors
        assert scale is not None
        assert shift is not None
        if "shift" not in match:
            return root.op(x, scaled(weights, inputs, scale))
        if _is_free_of_padding(root.op, weights):
            linear = root.op(x, scaled(weights, inputs, scale) if "scale" in match else match["w"], name=root.node.name)
            return _biased(linear, contracted(root.op, weights, shift))
        if "scale" not in match or np.any(scale == 0):
            return None
        return _shift_first(root.op, x, weights, scale, shift)


def _shift_first(op: Op, x: Value, weights: Array, scale: Array, shift: Array) -> Value | None:
    _, inputs = weight_axes(op, weights.ndim)
    with np.errstate(all="ignore"):
        moved = (shift.astype(np.float64) / scale.astype(np.float64)).astype(weights.dtype)
    if not np.all(np.isfinite(moved)):
        return None
    shifted = Add()(x, channel_shape(moved, x.type.rank, channel_axis(op, x.type.rank)))
    return op(shifted, scaled(weights, inputs, scale))


def _biased(linear: Value, bias: Array) -> Value:
    axis = channel_axis(linear.op, linear.type.rank)
    return Add()(linear, channel_shape(bias.astype(linear.type.dtype.numpy), linear.type.rank, axis))


def _is_free_of_padding(op: Op, weights: Array) -> bool:
    if isinstance(op, MatMul):
        return weights.ndim == 2
    if not isinstance(op, Convolution | GroupConvolution):
        return False  # a transposed convolution sums a different number of taps at the borders
    if op.auto_pad == "valid":
        return True
    return op.auto_pad == "explicit" and not any((*op.pads_begin, *op.pads_end))
