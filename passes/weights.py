"""Constant weights of convolutions and matrix products: channels scaled and summed."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import MatMul
from dldt.compiler.ops.linear import Linear
from dldt.compiler.types import Array
from dldt.passes.channels import product_in


def has_plain_weights(value: Value) -> bool:
    """Whether the weights of a Linear operation are a floating-point constant of a shape that the folds understand."""
    weights = value.inputs[1]
    array = None if weights is None else weights.constant
    if array is None or not value.type.dtype.is_float:
        return False
    if isinstance(value.op, MatMul):
        data = value.inputs[0]
        assert data is not None
        return array.ndim >= 2 and data.type.rank >= array.ndim and not value.op.transpose_a
    return True


def scaled(weights: Array, axes: tuple[int, ...], vector: Array) -> Array:
    """``weights`` times ``vector`` along the channels that ``axes`` make up."""
    return product_in(weights.dtype, weights, spread(weights, axes, vector))


def spread(weights: Array, axes: tuple[int, ...], vector: Array) -> Array:
    """``vector`` along the channels that ``axes`` make up, so that it broadcasts to ``weights``."""
    if vector.size == 1:
        return vector.reshape(())
    return vector.reshape([weights.shape[i] if i in axes else 1 for i in range(weights.ndim)])


def channels(weights: Array, axes: tuple[int, ...]) -> int:
    """The number of channels that ``axes`` make up."""
    return int(np.prod([weights.shape[i] for i in axes], dtype=np.int64))


def contracted(op: Linear, weights: Array, vector: Array) -> Array:
    """What a constant channel ``vector`` in the data adds to every output channel, without padding; in f64.

    For a MatMul with weights of more than two dims the result keeps their leading dims.
    """
    outputs = op.output_channel_axes(weights.ndim)
    wide = scaled(weights.astype(np.float64), op.input_channel_axes(weights.ndim), vector.astype(np.float64))
    summed = wide.sum(axis=tuple(i for i in range(weights.ndim) if i not in outputs))
    return np.asarray(summed.reshape(-1))
