"""Softmax and its logarithm."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import normal_axis, require_float
from dldt.compiler.ops.convolution import accumulator
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@attrs.frozen
class SoftmaxBase(Op):
    """What the softmax, its older version and its logarithm share: they work along ``axis``."""

    axis: int = attrs.field(default=1, converter=int)

    def infer(self, data: TensorType) -> TensorType:
        require_float(data, "data", self.type)
        normal_axis(self.axis, data.rank, self.type)
        return TensorType(data.dtype, data.shape)


@op("opset1", traits=Trait.NONNEGATIVE)
class SoftMax(SoftmaxBase):
    """y = exp(x - max) / sum of exp(x - max) along ``axis``, which counts from the front"""

    def infer(self, data: TensorType) -> TensorType:
        if self.axis < 0:
            raise ShapeError(f"SoftMax: axis {self.axis} is negative, which opset8 introduced")
        return super().infer(data)

    def evaluate(self, data: Array) -> Array:
        return softmax(data, self.axis)


@op("opset8", "SoftMax", traits=Trait.NONNEGATIVE)
class Softmax8(SoftmaxBase):
    """y = exp(x - max) / sum of exp(x - max) along ``axis``"""

    def evaluate(self, data: Array) -> Array:
        return softmax(data, self.axis)


@op("opset5")
class LogSoftmax(SoftmaxBase):
    """y = x - max - log(sum of exp(x - max)) along ``axis``"""

    def evaluate(self, data: Array) -> Array:
        wide = data.astype(accumulator(data.dtype))
        shifted = wide - wide.max(axis=self.axis, keepdims=True)
        return (shifted - np.log(np.exp(shifted).sum(axis=self.axis, keepdims=True))).astype(data.dtype)


def softmax(data: Array, axis: int) -> Array:
    """The softmax of ``data`` along ``axis``, in its dtype."""
    wide = data.astype(accumulator(data.dtype))
    e = np.exp(wide - wide.max(axis=axis, keepdims=True))
    return (e / e.sum(axis=axis, keepdims=True)).astype(data.dtype)
