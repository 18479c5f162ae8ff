"""Normalisations."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply, Subtract
from dldt.compiler.ops.normalization import LRN, BatchNormInference
from dldt.compiler.ops.reduce import ReduceMean, ReduceProd
from dldt.compiler.ops.squeeze import Squeeze
from dldt.compiler.ops.unary import Sqrt
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.tensorflow.channels import as_given, channels_first, to_first, to_last
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import cast, integer, ints, like, sizes


def _fused_batch_norm(
    x: Value,
    scale: Value,
    offset: Value,
    mean: Value,
    variance: Value,
    *,
    epsilon: float = 1e-4,
    exponential_avg_factor: float = 1.0,
    data_format: str = "NHWC",
    is_training: bool = True,
    context: Context,
) -> tuple[Value, ...]:
    """(x - mean) / sqrt(variance + epsilon) * scale + offset a channel, the statistics given or, in training, those of
    x; and the statistics."""
    data = channels_first(x, data_format)
    if not is_training:
        own = (cast(each, x.type.dtype) for each in (scale, offset, mean, variance))
        made = BatchNormInference(epsilon)(data, *own)
        return as_given(made, data_format), mean, variance, mean, variance, mean
    wide = cast(data, DType.f32)
    axes = ints(0, *range(2, data.type.rank))
    center = ReduceMean(True)(wide, axes)
    distance = Subtract()(wide, center)
    spread = ReduceMean(True)(Multiply()(distance, distance), axes)
    normal = Divide()(distance, Sqrt()(Add()(spread, epsilon)))
    made = cast(Add()(Multiply()(normal, _channels(scale, x)), _channels(offset, x)), x.type.dtype)
    if context.outputs < 2:
        return (as_given(made, data_format),)
    count = cast(ReduceProd()(sizes(data, axes.tolist()), integer(0)), DType.f32)
    flat = [Squeeze()(each, axes) for each in (center, spread)]
    one = like(flat[0], 1)
    unbiased = Multiply()(flat[1], Divide()(count, Subtract()(count, one)))
    statistics = [flat[0], unbiased]
    if exponential_avg_factor != 1.0:
        statistics = [
            Add()(Multiply()(old, like(old, 1 - exponential_avg_factor)), Multiply()(new, exponential_avg_factor))
            for old, new in zip((mean, variance), statistics, strict=True)
        ]
    return as_given(made, data_format), *statistics, *flat, center


for _name in ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"):
    TENSORFLOW.imports(_name)(_fused_batch_norm)


@TENSORFLOW.imports("BatchNormWithGlobalNormalization")
def batch_norm_with_global_normalization(
    t: Value,
    m: Value,
    v: Value,
    beta: Value,
    gamma: Value,
    *,
    variance_epsilon: float,
    scale_after_normalization: bool,
) -> Value:
    """(t - m) / sqrt(v + variance_epsilon) * gamma + beta a channel"""
    factor = gamma if scale_after_normalization else gamma.graph.constant(np.ones(gamma.type.static_shape, np.float32))
    return to_last(BatchNormInference(variance_epsilon)(to_first(t), factor, beta, m, v))


@TENSORFLOW.imports("LRN")
def lrn(input: Value, *, depth_radius: int = 5, bias: float = 1.0, alpha: float = 1.0, beta: float = 0.5) -> Value:
    """input / (bias + alpha * the sum of squares of the channels within the radius) ** beta"""
    if not 0 <= depth_radius < 1 << 30:
        raise UnsupportedError(f"depth_radius is {depth_radius}; it must be from 0 to 2**30")
    window = 2 * depth_radius + 1
    return to_last(LRN(alpha * window, beta, bias, window)(to_first(input), ints(1)))


def _channels(vector: Value, x: Value) -> Value:
    wide = cast(vector, DType.f32)
    return reshaped(wide, (1, wide.type.elements, *(1,) * (x.type.rank - 2)))
