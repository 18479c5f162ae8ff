"""Normalisations."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply, Subtract
from dldt.compiler.ops.comparison import Equal
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.normalization import LRN, MVN, BatchNormInference, GroupNormalization
from dldt.compiler.ops.reduce import ReduceL1, ReduceL2, ReduceMax, ReduceMean
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.unary import Sqrt
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.onnx.framework import ONNX


@ONNX.imports("BatchNormalization", since=7)
def batch_normalization_7(
    X: Value,
    scale: Value,
    B: Value,
    mean: Value,
    var: Value,
    *,
    epsilon: float = 1e-5,
    momentum: float = 0.9,
    spatial: int = 1,
) -> Value:
    """(X - mean) / sqrt(var + epsilon) * scale + B, a channel"""
    if not spatial:
        raise UnsupportedError("statistics of each element (spatial=0) are not supported")
    return BatchNormInference(epsilon)(X, scale, B, mean, var)


@ONNX.imports("BatchNormalization", since=9)
def batch_normalization_9(
    X: Value, scale: Value, B: Value, mean: Value, var: Value, *, epsilon: float = 1e-5, momentum: float = 0.9
) -> Value:
    """As before."""
    return BatchNormInference(epsilon)(X, scale, B, mean, var)


@ONNX.imports("BatchNormalization", since=14)
def batch_normalization_14(
    X: Value,
    scale: Value,
    B: Value,
    input_mean: Value,
    input_var: Value,
    *,
    epsilon: float = 1e-5,
    momentum: float = 0.9,
    training_mode: int = 0,
) -> Value:
    """As before."""
    if training_mode:
        raise UnsupportedError("training_mode is set; only inference is supported")
    return BatchNormInference(epsilon)(X, scale, B, input_mean, input_var)


@ONNX.imports("InstanceNormalization", since=6)
def instance_normalization_6(input: Value, scale: Value, B: Value, *, epsilon: float = 1e-5) -> Value:
    """(input - mean) / sqrt(variance + epsilon) * scale + B, with the statistics of each channel's spatial elements"""
    rank = input.type.rank
    if rank < 3:
        raise ShapeError(f"{input.type} has no spatial axes")
    normal = MVN(epsilon)(input, np.arange(2, rank, dtype=np.int64))
    return Add()(Multiply()(normal, _per_channel(scale, rank)), _per_channel(B, rank))


@ONNX.imports("LayerNormalization", since=17)
def layer_normalization_17(
    X: Value,
    Scale: Value,
    B: Value | None = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
    context: Context,
) -> tuple[Value, ...]:
    """(X - mean) / sqrt(variance + epsilon) * Scale + B, with the statistics of the axes from `axis` on"""
    first = axis + X.type.rank if axis < 0 else axis
    if not 0 <= first < X.type.rank:
        raise InputError(f"axis {axis} is outside rank {X.type.rank}")
    given = X.type.dtype
    wide = DType.f32 if stash_type == 1 and given in (DType.f16, DType.bf16) else given
    along = np.arange(first, X.type.rank, dtype=np.int64)
    normal = MVN(epsilon)(_as(X, wide), along)
    scaled = Multiply()(_as(normal, given), Scale)
    made = scaled if B is None else Add()(scaled, B)
    if context.outputs < 2:
        return (made,)
    mean = ReduceMean(True)(_as(X, wide), along)
    distance = Subtract()(_as(X, wide), mean)
    variance = ReduceMean(True)(Multiply()(distance, distance), along)
    deviation = Sqrt()(Add()(variance, epsilon))
    one = X.graph.constant(np.array(1, wide.numpy))
    return made, mean, Divide()(one, deviation)


@ONNX.imports("GroupNormalization", since=18)
def group_normalization_18(X: Value, scale: Value, bias: Value, *, num_groups: int, epsilon: float = 1e-5) -> Value:
    """Normalisation over groups of channels; one scale and bias a group."""
    channels = X.type.shape[1] if X.type.rank > 1 else 0
    if not isinstance(channels, int) or num_groups < 1 or channels % num_groups:
        raise ShapeError(f"{channels} channels do not divide into {num_groups} groups")
    grouped = Reshape(special_zero=True)(X, np.array([0, num_groups, -1], np.int64))
    normal = MVN(epsilon)(grouped, np.array([2], np.int64))
    moved = Add()(Multiply()(normal, _per_channel(scale, 3)), _per_channel(bias, 3))
    return Reshape()(moved, ShapeOf()(X))


@ONNX.imports("GroupNormalization", since=21)
def group_normalization_21(
    X: Value, scale: Value, bias: Value, *, num_groups: int, epsilon: float = 1e-5, stash_type: int = 1
) -> Value:
    """Normalisation over groups of channels; one scale and bias a channel."""
    if num_groups < 1:
        raise InputError(f"num_groups is {num_groups}, at least 1 is needed")
    return GroupNormalization(num_groups, epsilon)(X, scale, bias)


@ONNX.imports("LRN", since=1)
def lrn_1(X: Value, *, size: int, alpha: float = 0.0001, beta: float = 0.75, bias: float = 1.0) -> Value:
    """X / (bias + alpha / size * the sum of squares of the `size` channels around) ** beta"""
    if size < 1:
        raise InputError(f"size is {size}, at least 1 is needed")
    return LRN(alpha, beta, bias, size)(X, np.array([1], np.int64))


@ONNX.imports("LpNormalization", since=1)
def lp_normalization_1(input: Value, *, axis: int = -1, p: int = 2) -> Value:
    """input divided by its norm along the axis; zeros stay"""
    if p not in (1, 2):
        raise UnsupportedError(f"norm {p} is not supported (1 and 2 are)")
    axes = np.array([axis], np.int64)
    if p == 1:
        return _over(input, ReduceL1(keep_dims=True)(input, axes))
    # Squares of what is divided by the largest element neither vanish nor overflow.
    scaled = _over(input, ReduceMax(True)(Abs()(input), axes))
    return _over(scaled, ReduceL2(keep_dims=True)(scaled, axes))


@ONNX.imports("MeanVarianceNormalization", since=9)
def mean_variance_normalization_9(X: Value, *, axes: tuple[int, ...] = (0, 2, 3)) -> Value:
    """(X - mean) / (deviation + 1e-9) over the axes"""
    return MVN(1e-9, eps_mode="outside_sqrt")(X, np.array(axes, np.int64))


def _over(x: Value, norm: Value) -> Value:
    """x / norm; where the norm is 0, so is x, which stays."""
    zero, one = (np.array(number, x.type.dtype.numpy) for number in (0, 1))
    return Divide()(x, Select()(Equal()(norm, zero), one, norm))


def _per_channel(vector: Value, rank: int) -> Value:
    if vector.type.rank != 1:
        raise ShapeError(f"{vector.type} must have one dim, the channels")
    return reshaped(vector, (1, vector.type.elements, *(1,) * (rank - 2)))


def _as(x: Value, dtype: DType) -> Value:
    return x if x.type.dtype is dtype else Convert(dtype)(x)
