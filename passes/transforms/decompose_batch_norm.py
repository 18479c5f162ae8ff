"""BatchNormInference in terms of Multiply and Add."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Node, Value
from dldt.compiler.ops import Add, BatchNormInference, Divide, Multiply, Reshape, Sqrt, Subtract
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.channels import channel_shape
from dldt.passes.exactness import is_rounded
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.rewrite import Rewrite

_FAR = 16
"""So many deviations from zero, a mean costs four bits where it is subtracted after the product."""


@transform
class DecomposeBatchNorm(Rewrite[Match]):
    """Normalisation with known statistics is one product and one sum a channel.

    ::

        BatchNormInference(x, gamma, beta, mean, variance)
            →  x * s + (beta - mean * s),   s = gamma / sqrt(variance + epsilon), shaped [1,C,1,1]
            →  (x - mean) * s + beta        where the mean is far above the deviation, and x has no error of its own
    """

    pattern = node(BatchNormInference)

    def rewrite(self, match: Match) -> Value | None:
        """Constants are combined at once, in f64; statistics that are computed stay operations."""
        node = match.root.node
        ports = dict(zip(node.op.ports, node.inputs, strict=True))
        x, gamma, beta, mean, variance = (ports[p] for p in ("data", "gamma", "beta", "mean", "variance"))
        assert x is not None
        assert gamma is not None
        assert beta is not None
        assert mean is not None
        assert variance is not None
        assert isinstance(node.op, BatchNormInference)
        arrays = [v.constant for v in (gamma, beta, mean, variance)]
        if all(array is not None for array in arrays):
            return _with_constants(x, node, *(np.asarray(a, np.float64) for a in arrays))
        scale = Divide()(gamma, Sqrt()(Add()(variance, node.op.epsilon)))
        shift = Subtract()(beta, Multiply()(mean, scale))
        target = np.array([1, -1] + [1] * (x.type.rank - 2), np.int64)
        spread = Reshape(special_zero=False)
        return Add()(Multiply()(x, spread(scale, target)), spread(shift, target))


def _with_constants(x: Value, node: Node, gamma: Array, beta: Array, mean: Array, variance: Array) -> Value:
    assert isinstance(node.op, BatchNormInference)
    with np.errstate(all="ignore"):
        scale = gamma / np.sqrt(variance + node.op.epsilon)
        shift = beta - mean * scale
    dtype, rank = x.type.dtype.numpy, x.type.rank
    if np.any(np.abs(mean) > _FAR * np.sqrt(variance + node.op.epsilon)) and not is_rounded(x):
        x, shift = Add()(x, channel_shape(-mean.astype(dtype), rank, 1)), beta
    product = Multiply()(x, channel_shape(scale.astype(dtype), rank, 1), name=f"{node.name}/scale")
    return Add()(product, channel_shape(shift.astype(dtype), rank, 1))
