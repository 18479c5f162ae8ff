"""Turning round the beginnings of sequences of different lengths."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import normal_axis, require_equal, text
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType, TensorType


@op("opset1", traits=Trait.EXACT)
class ReverseSequence(Op):
    """y = data, but of item b along ``batch_axis`` the first seq_lengths[b] elements along ``seq_axis`` are in reverse
    order; a length outside of the axis is cut to it"""

    batch_axis: int = attrs.field(default=0, converter=int)
    seq_axis: int = attrs.field(default=1, converter=int)

    def infer(self, data: TensorType, seq_lengths: TensorType) -> TensorType:
        batch, along = (normal_axis(axis, data.rank, self.type) for axis in (self.batch_axis, self.seq_axis))
        if batch == along:
            raise ShapeError(f"ReverseSequence: batch_axis and seq_axis are both {batch}; they must differ")
        if seq_lengths.rank != 1 or seq_lengths.dtype is DType.boolean:
            raise ShapeError(f"ReverseSequence: seq_lengths must be a vector of numbers, it is {seq_lengths}")
        what = f"seq_lengths and axis {batch} of {text(data.shape)}"
        require_equal(seq_lengths.shape[0], data.shape[batch], what, self.type)
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array, seq_lengths: Array) -> Array:
        batch, along = self.batch_axis % data.ndim, self.seq_axis % data.ndim
        size = data.shape[along]
        lengths = np.clip(seq_lengths.astype(np.int64), 0, size).reshape(-1, *(1,) * (data.ndim - 1 - batch))
        at = np.arange(size).reshape(-1, *(1,) * (data.ndim - 1 - along))
        return np.take_along_axis(data, np.where(at < lengths, lengths - 1 - at, at), along)
