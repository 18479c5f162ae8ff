"""Normalisation by statistics that are stored, or computed of the data."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import ReLU
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.normalization import LRN, MVN, BatchNormInference, NormalizeL2
from dldt.compiler.ops.reduce import ReduceL2
from dldt.compiler.types import Array
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.shaping import trailing
from dldt.frontends.engine.known import required_array
from dldt.frontends.engine.reshaped import reshaped


@CAFFE.imports("BatchNorm")
def batch_norm(
    bottom: Value,
    mean: Value,
    variance: Value,
    factor: Value,
    scale: Value | None = None,
    shift: Value | None = None,
    *,
    use_global_stats: bool = True,
    moving_average_fraction: float = 0.999,
    eps: float = 1e-5,
    relu: bool = False,
    use_weight_bias: bool = True,
    scale_bias: bool = False,
) -> Value:
    """(x - mean) / sqrt(variance + eps); the stored sums are divided by their weight, `factor`. NVCaffe's and Intel's
    may have a scale and a shift behind it, Intel's a ReLU"""
    if scale_bias and (scale is None or shift is None):
        raise InputError("scale_bias is set, and the blobs of scale and bias are missing")
    made = _normalized(bottom, mean, variance, factor, eps, stored=use_global_stats)
    if use_weight_bias and scale is not None and shift is not None:
        wide = [trailing(reshaped(x, (x.type.elements,)), bottom.type.rank - 2) for x in (scale, shift)]
        made = Add()(Multiply()(made, wide[0]), wide[1])
    return ReLU()(made) if relu else made


def _normalized(x: Value, mean: Value, variance: Value, factor: Value, eps: float, *, stored: bool) -> Value:
    if not stored:
        axes = (0, *range(2, x.type.rank))
        return MVN(eps, eps_mode="inside_sqrt")(x, np.array(axes, np.int64))
    weight = required_array(factor, "the blob of the moving average's weight").reshape(-1)
    if weight.size != 1:
        raise InputError(f"the third blob has {weight.size} numbers, one is expected")
    with np.errstate(all="ignore"):
        share = np.float32(0) if weight[0] == 0 else np.float32(1) / np.float32(weight[0])
        means = required_array(mean, "the blob of means").reshape(-1) * share
        variances = required_array(variance, "the blob of variances").reshape(-1) * share
    _check_channels(x, means.size, variances.size)
    ones, zeros = np.ones_like(means), np.zeros_like(means)
    return BatchNormInference(eps)(x, ones, zeros, means, variances)


@CAFFE.imports("BN")
def bn(
    bottom: Value,
    scale: Value,
    shift: Value,
    mean: Value | None = None,
    variance: Value | None = None,
    *,
    momentum: float = 0.9,
    eps: float = 1e-5,
    frozen: bool = False,
    bn_mode: str = "LEARN",
    use_global_stats: bool | None = None,
    moving_average: bool | None = None,
    decay: float | None = None,
    icnet: bool | None = None,
) -> Value:
    """scale · (x - mean) / sqrt(variance + eps) + shift; without statistics scale · x + shift"""
    if mean is not None and variance is not None:
        blobs = [reshaped(blob, (blob.type.elements,)) for blob in (scale, shift, mean, variance)]
        return BatchNormInference(eps)(bottom, *blobs)
    if bn_mode != "INFERENCE":
        raise InputError("it has no blobs of mean and variance, and bn_mode is not INFERENCE: the net is not for use")
    factor, offset = (trailing(reshaped(blob, (blob.type.elements,)), bottom.type.rank - 2) for blob in (scale, shift))
    return Add()(Multiply()(bottom, factor), offset)


@CAFFE.imports("ChannelNorm")
def channel_norm(bottom: Value) -> Value:
    """The root of the sum of squares over the channels"""
    return ReduceL2(keep_dims=True)(bottom, np.array([1], np.int64))


@CAFFE.imports("LRN")
def lrn(
    bottom: Value,
    *,
    local_size: int = 5,
    alpha: float = 1.0,
    beta: float = 0.75,
    norm_region: str = "ACROSS_CHANNELS",
    k: float = 1.0,
) -> Value:
    """x / (k + alpha · mean of squares nearby)^beta, nearby in the channels or (there k is 1) in the plane"""
    if local_size < 1 or local_size % 2 == 0:
        raise InputError(f"local_size is {local_size}; it must be odd")
    if bottom.type.rank != 4:
        raise ShapeError(f"{bottom.type} must have the axes N, C, H, W")
    across = norm_region == "ACROSS_CHANNELS"
    axes: list[int] = [1] if across else [2, 3]
    return LRN(alpha, beta, k if across else 1.0, local_size)(bottom, np.array(axes, np.int64))


@CAFFE.imports("MVN")
def mvn(bottom: Value, *, normalize_variance: bool = True, across_channels: bool = False, eps: float = 1e-9) -> Value:
    """x - mean over the plane (and the channels), divided by the deviation + eps"""
    axes = np.arange(1 if across_channels else 2, bottom.type.rank, dtype=np.int64)
    return MVN(eps, normalize_variance, "outside_sqrt")(bottom, axes)


@CAFFE.imports("Normalize")
def normalize(
    bottom: Value, scale: Value, *, across_spatial: bool = True, channel_shared: bool = True, eps: float = 1e-10
) -> Value:
    """x / sqrt(sum of squares + eps) over the channels (and the plane), times a learned scale"""
    axes = np.arange(1, bottom.type.rank if across_spatial else 2, dtype=np.int64)
    made = NormalizeL2(eps, "add")(bottom, axes)
    count = scale.type.elements
    if channel_shared or count == 1:
        return Multiply()(made, reshaped(scale, (1,)))
    return Multiply()(made, reshaped(scale, (1, count, *(1,) * (bottom.type.rank - 2))))


@CAFFE.imports("GRN")
def grn(bottom: Value, *, bias: float = 1.0) -> Value:
    """x / sqrt(sum of squares over the channels + bias)"""
    channels: Array = np.array([1], np.int64)
    return NormalizeL2(bias, "add")(bottom, channels)


def _check_channels(bottom: Value, *counts: int) -> None:
    channels = bottom.type.shape[1] if bottom.type.rank > 1 else 1
    if isinstance(channels, int) and any(count != channels for count in counts):
        raise InputError(f"the blobs have {counts[0]} and {counts[1]} numbers, {bottom.type} has {channels} channels")
