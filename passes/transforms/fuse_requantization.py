"""Sums of integers that are scaled, biased and rounded again: one scale, and a bias of integers."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Divide, Multiply
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.integers import holds_integers, sums_integers
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.quantization import scaled_constant
from dldt.passes.rewrite import Rewrite


@transform
class FuseRequantization(Rewrite[Match]):
    """The bias of a contraction of integers joins its sums, and the scale of its result that of its operands.

    ::

        Convolution(x, w) * m + b * m   →   (Convolution(x, w) + b) * m          b: integers
        sums * m / s                    →   sums * (m / s)
    """

    pattern = node((Add, Divide))

    def rewrite(self, match: Match) -> Value | None:
        """The sums with the bias, or with one scale."""
        root = match.root
        scaled, other = root.inputs
        assert scaled is not None
        assert other is not None
        if isinstance(root.op, Add) and not isinstance(scaled.op, Multiply):
            scaled, other = other, scaled
        if not isinstance(scaled.op, Multiply) or not scaled.is_used_once:
            return None
        sums, factor = scaled.node.inputs
        assert sums is not None
        if factor is None or factor.constant is None:
            return None
        if isinstance(root.op, Divide):
            return _divided(sums, factor.constant, other)
        bias = scaled_constant(other) if sums_integers(sums) else None
        if bias is None or not _alike(bias[1], factor.constant):
            return None
        return Multiply()(Add()(sums, bias[0].astype(np.float32)), factor)


def _divided(sums: Value, factor: Array, divisor: Value) -> Value | None:
    if divisor.constant is None or divisor.constant.size != 1 or not holds_integers(sums):
        return None
    with np.errstate(all="ignore"):
        joined = np.asarray(factor / divisor.constant.reshape(()), np.float32)
    return Multiply()(sums, joined) if np.isfinite(joined).all() else None


def _alike(scales: Array, factor: Array) -> bool:
    """Whether the bias has the scales of the sums, but for the rounding of their product."""
    if np.broadcast_shapes(scales.shape, factor.shape) != scales.shape:
        return False
    return bool(np.allclose(scales, factor, rtol=1e-6, atol=0))
