"""Normalisation by statistics, learnt or of the data."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import ReLU
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.broadcast import Tile
from dldt.compiler.ops.normalization import LRN, MVN, BatchNormInference, NormalizeL2
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.transpose import Transpose
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import axis_of, ints


@MXNET.imports("BatchNorm")
def batch_norm(
    data: Value,
    gamma: Value,
    beta: Value,
    moving_mean: Value,
    moving_var: Value,
    *,
    eps: float = 0.001,
    fix_gamma: bool = True,
    output_mean_var: bool = False,
    axis: int = 1,
) -> Value:
    """(x - mean) / sqrt(variance + eps) * gamma + beta a channel; `fix_gamma`: gamma is 1, whatever is stored."""
    if fix_gamma:
        gamma = gamma.graph.constant(np.ones(gamma.type.static_shape, gamma.type.dtype.numpy))
    channels, rank = axis_of(axis, data), data.type.rank
    operation, vectors = BatchNormInference(eps), (gamma, beta, moving_mean, moving_var)
    if channels == 1:
        return operation(data, *vectors)
    order = (0, channels, *(a for a in range(1, rank) if a != channels)) if channels else (1, 0, *range(2, rank))
    back = tuple(order.index(a) for a in range(rank))
    return Transpose()(operation(Transpose()(data, ints(*order)), *vectors), ints(*back))


@MXNET.imports("_contrib_SyncBatchNorm")
def sync_batch_norm(
    data: Value,
    gamma: Value,
    beta: Value,
    moving_mean: Value,
    moving_var: Value,
    *,
    eps: float = 0.001,
    fix_gamma: bool = True,
    output_mean_var: bool = False,
) -> Value:
    """As BatchNorm over axis 1; it differs in training."""
    return batch_norm(data, gamma, beta, moving_mean, moving_var, eps=eps, fix_gamma=fix_gamma)


@MXNET.imports("_contrib_BatchNormWithReLU")
def batch_norm_with_relu(
    data: Value,
    gamma: Value,
    beta: Value,
    moving_mean: Value,
    moving_var: Value,
    *,
    eps: float = 0.001,
    fix_gamma: bool = True,
    output_mean_var: bool = False,
    axis: int = 1,
) -> Value:
    """BatchNorm, then max(x, 0)."""
    return ReLU()(batch_norm(data, gamma, beta, moving_mean, moving_var, eps=eps, fix_gamma=fix_gamma, axis=axis))


@MXNET.imports("LayerNorm")
def layer_norm(
    data: Value, gamma: Value, beta: Value, *, axis: int = -1, eps: float = 1e-5, output_mean_var: bool = False
) -> Value:
    """Over one axis, by its own mean and variance, then times gamma, plus beta."""
    at = axis_of(axis, data)
    return _scaled(MVN(eps)(data, ints(at)), gamma, beta, at)


@MXNET.imports("InstanceNorm")
def instance_norm(data: Value, gamma: Value, beta: Value, *, eps: float = 0.001) -> Value:
    """Over the spatial axes, by their own mean and variance, then a gamma and a beta a channel."""
    if data.type.rank < 3:
        raise ShapeError(f"data {data.type} has no spatial axes")
    return _scaled(MVN(eps)(data, ints(*range(2, data.type.rank))), gamma, beta, 1)


@MXNET.imports("GroupNorm")
def group_norm(
    data: Value, gamma: Value, beta: Value, *, num_groups: int = 1, eps: float = 1e-5, output_mean_var: bool = False
) -> Value:
    """Over groups of channels and space, by their own mean and variance, then a gamma and a beta a group (version 1) or
    a channel."""
    channels = data.type.shape[1] if data.type.rank > 2 else None
    if not isinstance(channels, int) or num_groups < 1 or channels % num_groups:
        raise InputError(f"the channels of {data.type} do not divide into {num_groups} groups")
    grouped = Reshape(special_zero=True)(data, ints(0, num_groups, -1))
    normal = Reshape()(MVN(eps)(grouped, ints(2)), ShapeOf()(data))
    each = channels // num_groups
    scale, shift = (_repeated(v, each) if v.type.elements == num_groups else v for v in (gamma, beta))
    return _scaled(normal, scale, shift, 1)


@MXNET.imports("L2Normalization")
def l2_normalization(data: Value, *, eps: float = 1e-10, mode: str = "instance") -> Value:
    """x / sqrt(sum of x^2 + eps), over all axes but the batch (`instance`), the channels, or space (`spatial`)."""
    one_of("mode", mode, ("instance", "channel", "spatial"))
    rank = data.type.rank
    axes = {"instance": range(1, rank), "channel": range(1, 2), "spatial": range(2, rank)}[mode]
    if not axes or axes[-1] >= rank:
        raise ShapeError(f"mode {mode} needs more axes than data {data.type} has")
    return NormalizeL2(eps, "add")(data, ints(*axes))


@MXNET.imports("LRN")
def lrn(data: Value, *, alpha: float = 1e-4, beta: float = 0.75, knorm: float = 2.0, nsize: int) -> Value:
    """x / (knorm + alpha / nsize * sum of x^2 over nsize channels)^beta"""
    return LRN(alpha, beta, knorm, nsize)(data, ints(1))


def _scaled(x: Value, gamma: Value, beta: Value, axis: int) -> Value:
    """x * gamma + beta along an axis."""
    scale, shift = (_along(vector, axis, x.type.rank) for vector in (gamma, beta))
    return Add()(Multiply()(x, scale), shift)


def _repeated(vector: Value, times: int) -> Value:
    """Each element so many times."""
    return Reshape()(Tile()(reshaped(vector, (vector.type.elements, 1)), ints(1, times)), ints(-1))


def _along(vector: Value, axis: int, rank: int) -> Value:
    return reshaped(vector, (*(1,) * axis, vector.type.elements, *(1,) * (rank - axis - 1)))
