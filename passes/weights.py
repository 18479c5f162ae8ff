"""Where the output and input channels of weights lie, for convolutions and products with constant weights."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops import (
    Convolution,
    ConvolutionBackpropData,
    GroupConvolution,
    GroupConvolutionBackpropData,
    MatMul,
)
from dldt.compiler.types import Array
from dldt.passes.channels import product_in

LINEAR: tuple[type[Op], ...] = (
    Convolution,
    GroupConvolution,
    ConvolutionBackpropData,
    GroupConvolutionBackpropData,
    MatMul,
)
"""Operations that are linear in their first input, with weights as second."""

# operation → (output-channel axes, input-channel axes) of the weights; grouped ones have the group axis in both
_AXES: dict[type[Op], tuple[tuple[int, ...], tuple[int, ...]]] = {
    Convolution: ((0,), (1,)),
    GroupConvolution: ((0, 1), (0, 2)),
    ConvolutionBackpropData: ((1,), (0,)),
    GroupConvolutionBackpropData: ((0, 2), (0, 1)),
}


def weight_axes(op: Op, rank: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes of weights of ``rank`` that make up the output channels and the input channels."""
    if isinstance(op, MatMul):
        rows, columns = rank - 2, rank - 1
        return ((rows,), (columns,)) if op.transpose_b else ((columns,), (rows,))
    return _AXES[type(op)]


def channel_axis(op: Op, rank: int) -> int:
    """The axis of the channels in the data and in the output, both of ``rank``."""
    return rank - 1 if isinstance(op, MatMul) else 1


def has_plain_weights(value: Value) -> bool:
    """Whether the weights are a floating-point constant of a shape that the folds understand."""
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
    if vector.size > 1:
        sizes = [weights.shape[i] if i in axes else 1 for i in range(weights.ndim)]
        vector = vector.reshape(sizes)
    else:
        vector = vector.reshape(())
    return product_in(weights.dtype, weights, vector)


def channels(weights: Array, axes: tuple[int, ...]) -> int:
    """The number of channels that ``axes`` make up."""
    return int(np.prod([weights.shape[i] for i in axes], dtype=np.int64))


def contracted(op: Op, weights: Array, vector: Array) -> Array:
    """What a constant channel ``vector`` in the data adds to every output channel, without padding; in f64.

    For a MatMul with weights of more than two dims the result keeps their leading dims.
    """
    outputs, inputs = weight_axes(op, weights.ndim)
    wide = scaled(weights.astype(np.float64), inputs, vector.astype(np.float64))
    summed = wide.sum(axis=tuple(i for i in range(weights.ndim) if i not in outputs))
    return np.asarray(summed.reshape(-1))
