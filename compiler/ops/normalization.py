"""Normalisation by statistics of the data or given ones."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import same
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import lower, one_of, positive
from dldt.compiler.ops.axes import known_ints, normal_axes, require_float, require_same_type, text
from dldt.compiler.ops.convolution import accumulator
from dldt.compiler.ops.shuffle import exact
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@op("opset5", traits=Trait.LAYOUT_AGNOSTIC)
class BatchNormInference(Op):
    """y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, the four a channel (axis 1)"""

    epsilon: float = attrs.field(converter=float)

    def infer(
        self, data: TensorType, gamma: TensorType, beta: TensorType, mean: TensorType, variance: TensorType
    ) -> TensorType:
        _check_channels(self.type, data, gamma=gamma, beta=beta, mean=mean, variance=variance)
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array, gamma: Array, beta: Array, mean: Array, variance: Array) -> Array:
        g, b, m, v = (along_channels(x, data.ndim) for x in (gamma, beta, mean, variance))
        return (g * (data - m) / np.sqrt(v + self.epsilon) + b).astype(data.dtype)


@op("opset6")
class MVN(Op):
    """y = (x - mean over axes), divided by the standard deviation where ``normalize_variance``; ``eps`` joins the
    variance (inside_sqrt) or the deviation (outside_sqrt)"""

    eps: float = attrs.field(converter=float)
    normalize_variance: bool = attrs.field(default=True)
    eps_mode: str = attrs.field(default="inside_sqrt", converter=lower, validator=one_of("inside_sqrt", "outside_sqrt"))

    def infer(self, data: TensorType, axes: TensorType) -> TensorType:
        require_float(data, "data", self.type)
        normal_axes(known_ints(axes, "axes", self.type), data.rank, self.type)
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array, axes: Array) -> Array:
        along = tuple(int(axis) for axis in axes.ravel())
        centred = data.astype(accumulator(data.dtype))
        centred = centred - centred.mean(axis=along, keepdims=True)
        if not self.normalize_variance:
            return centred.astype(data.dtype)
        variance = (centred * centred).mean(axis=along, keepdims=True)
        if self.eps_mode == "inside_sqrt":
            return (centred / np.sqrt(variance + self.eps)).astype(data.dtype)
        return (centred / (np.sqrt(variance) + self.eps)).astype(data.dtype)


@op("opset12")
class GroupNormalization(Op):
    """y = scale * (x - mean) / sqrt(variance + epsilon) + bias, the statistics over each of ``num_groups`` groups of
    channels with all of space"""

    num_groups: int = attrs.field(converter=int, validator=positive)
    epsilon: float = attrs.field(converter=float)

    def infer(self, data: TensorType, scale: TensorType, bias: TensorType) -> TensorType:
        _check_channels(self.type, data, scale=scale, bias=bias)
        exact(data.shape, 1, self.num_groups, self.type)
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array, scale: Array, bias: Array) -> Array:
        groups = data.reshape(data.shape[0], self.num_groups, -1).astype(accumulator(data.dtype))
        mean, variance = groups.mean(axis=2, keepdims=True), groups.var(axis=2, keepdims=True)
        normal = ((groups - mean) / np.sqrt(variance + self.epsilon)).reshape(data.shape)
        return (normal * along_channels(scale, data.ndim) + along_channels(bias, data.ndim)).astype(data.dtype)


@op("opset1")
class NormalizeL2(Op):
    """y = x / sqrt(sum of x^2 over axes + eps), or with max(sum, eps); no axes: every element by its own square"""

    eps: float = attrs.field(converter=float)
    eps_mode: str = attrs.field(converter=lower, validator=one_of("add", "max"))

    def infer(self, data: TensorType, axes: TensorType) -> TensorType:
        require_float(data, "data", self.type)
        normal_axes(known_ints(axes, "axes", self.type), data.rank, self.type)
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array, axes: Array) -> Array:
        along = tuple(int(axis) for axis in axes.ravel())
        wide = data.astype(accumulator(data.dtype))
        total = (wide * wide).sum(axis=along, keepdims=True)
        bounded = total + self.eps if self.eps_mode == "add" else np.maximum(total, self.eps)
        return (wide / np.sqrt(bounded)).astype(data.dtype)


@op("opset1", traits=Trait.LAYOUT_AGNOSTIC)
class LRN(Op):
    """y = x / (bias + alpha / size^n * sum of x^2 over a window of ``size`` along the n axes)^beta"""

    alpha: float = attrs.field(converter=float)
    beta: float = attrs.field(converter=float)
    bias: float = attrs.field(converter=float)
    size: int = attrs.field(converter=int, validator=positive)

    def infer(self, data: TensorType, axes: TensorType) -> TensorType:
        require_float(data, "data", self.type)
        normal_axes(known_ints(axes, "axes", self.type), data.rank, self.type)
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array, axes: Array) -> Array:
        along = tuple(int(axis) % data.ndim for axis in axes.ravel())
        total = data * data
        for axis in along:
            total = _window_sum(total, axis, self.size)
        return (data / (self.bias + self.alpha / self.size ** len(along) * total) ** self.beta).astype(data.dtype)


def along_channels(x: Array, rank: int) -> Array:
    """A vector of channels, shaped to broadcast along axis 1 of ``rank`` dims."""
    return x.reshape(-1, *(1,) * (rank - 2))


def _window_sum(x: Array, axis: int, size: int) -> Array:
    """The sum over the window from (size - 1) // 2 elements before to size // 2 after, cut at the ends."""
    n = x.shape[axis]
    sums = np.concatenate([np.zeros_like(np.take(x, [0], axis), np.float64), np.cumsum(x, axis, np.float64)], axis)
    at = np.arange(n)
    first, last = np.maximum(at - (size - 1) // 2, 0), np.minimum(at + size // 2 + 1, n)
    return (np.take(sums, last, axis) - np.take(sums, first, axis)).astype(x.dtype)


def _check_channels(what: str, data: TensorType, **vectors: TensorType) -> None:
    require_float(data, "data", what)
    if data.rank < 2:
        raise ShapeError(f"{what}: data must have a channel axis (rank 2 or more), got {data}")
    for port, t in vectors.items():
        require_same_type(data, t, what)
        if t.rank != 1 or not same(t.shape[0], data.shape[1], f"the channels of {port}"):
            raise ShapeError(f"{what}: {port} is {text(t.shape)}, data {text(data.shape)} needs [{data.shape[1]}]")
