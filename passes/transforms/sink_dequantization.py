"""Scales of quantised tensors behind the contraction of their integers."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Convolution, GroupConvolution, MatMul, Multiply
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.integers import LARGEST
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.quantization import scaled_bytes, scaled_constant
from dldt.passes.rewrite import Rewrite


@transform
class SinkDequantization(Rewrite[Match]):
    """Bytes are contracted before they are scaled, so that the contraction sums integers.

    ::

        Convolution((x - z) * a, (w - v) * b[C,1,1,1])   →   Convolution(x - z, w - v) * (a * b)[1,C,1,1]

    Likewise GroupConvolution, and MatMul of constants and of computed matrices. ``w`` may be FakeQuantize of constants:
    its levels are the integers.
    """

    pattern = node((Convolution, GroupConvolution, MatMul))

    def rewrite(self, match: Match) -> Value | None:
        """The contraction of integers, scaled."""
        root, op = match.root, match.root.op
        assert isinstance(op, Convolution | GroupConvolution | MatMul)
        x, w = root.inputs
        assert x is not None
        assert w is not None
        data = scaled_bytes(x)
        if data is None:
            return None
        other = scaled_bytes(w) if isinstance(op, MatMul) else None
        if other is not None:
            return Multiply()(op(data.integers, other.integers), np.asarray(data.scale * other.scale))
        known = scaled_constant(w)
        if known is None or (isinstance(op, MatMul) and w.type.rank != 2):
            return None
        weights, scales = known
        each = _by_output(op, scales)
        if each is None or np.abs(weights).max(initial=0) > LARGEST:
            return None
        rank = root.type.rank
        shape = [1] * rank
        shape[op.channel_axis(rank)] = each.size
        factor = np.asarray(data.scale * each).reshape(shape)
        if (factor == factor.flat[0]).all():
            factor = np.asarray(factor.flat[0])
        return Multiply()(op(data.integers, weights.astype(np.float32), name=root.node.name), factor)


def _by_output(op: Convolution | GroupConvolution | MatMul, scales: Array) -> Array | None:
    """The scale of each output channel; None where one channel has several."""
    axes = op.output_channel_axes(scales.ndim)
    others = tuple(k for k in range(scales.ndim) if k not in axes)
    least, most = scales.min(axis=others), scales.max(axis=others)
    return least.reshape(-1) if (least == most).all() else None
