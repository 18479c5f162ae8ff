"""The k largest or smallest, and running sums."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import maximum_of, minimum_of
from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import at_most, is_found, require
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.axes import known_dim, known_int, normal_axis, text
from dldt.compiler.types import Array, DType, TensorType


@op("opset3")
class TopK(Op):
    """values, indices = the ``k`` largest (max) or smallest (min) along ``axis``, sorted by value or by index; of equal
    values the one with the lower index comes first. NaN is larger than every number, as in ONNX and in numpy's sort"""

    axis: int = attrs.field(converter=int)
    mode: str = attrs.field(converter=lower, validator=one_of("max", "min"))
    sort: str = attrs.field(converter=lower, validator=one_of("value", "index", "none"))
    index_element_type: DType = attrs.field(default=DType.i32, converter=DType)

    def infer(self, data: TensorType, k: TensorType) -> tuple[TensorType, TensorType]:
        axis = normal_axis(self.axis, data.rank, self.type)
        count = known_dim(k, "k", self.type)
        none = maximum_of(count) < 0 and not is_found(count)
        if none or not at_most(count, data.shape[axis], f"k of axis {axis}"):
            raise ShapeError(f"TopK: k is {count}, axis {axis} of {text(data.shape)} has {data.shape[axis]} elements")
        if minimum_of(count) < 0:
            require("ge", count, 0, "k")
        shape = (*data.shape[:axis], count, *data.shape[axis + 1 :])
        return TensorType(data.dtype, shape), TensorType(self.index_element_type, shape)

    def evaluate(self, data: Array, k: Array) -> tuple[Array, Array]:
        rank = _ranks(data, self.axis, self.mode)
        order = np.take(rank, np.arange(int(k.reshape(()))), self.axis)
        if self.sort == "index":
            order = np.sort(order, axis=self.axis)
        values = np.take_along_axis(data, order, self.axis)
        return values, order.astype(self.index_element_type.numpy)


@op("opset3")
class CumSum(Op):
    """y[i] = x[0] + ... + x[i] along ``axis``, added one by one; ``exclusive`` leaves x[i] out, ``reverse`` sums from
    the end"""

    exclusive: bool = attrs.field(default=False)
    reverse: bool = attrs.field(default=False)

    def infer(self, data: TensorType, axis: TensorType) -> TensorType:
        normal_axis(known_int(axis, "axis", self.type), data.rank, self.type)
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array, axis: Array) -> Array:
        at = int(axis.reshape(()))
        x = np.flip(data, at) if self.reverse else data
        if self.exclusive and x.shape[at]:
            shifted = np.roll(x, 1, at)
            np.moveaxis(shifted, at, 0)[0] = 0
            x = shifted
        total = np.cumsum(x, axis=at, dtype=data.dtype)
        return np.flip(total, at).copy() if self.reverse else total


def _ranks(data: Array, axis: int, mode: str) -> Array:
    """The positions along the axis, the best first, of equals the earlier one."""
    if mode == "min":
        return np.argsort(data, axis=axis, kind="stable")
    # Sorted from behind, and read from behind: so equals are in their order.
    return data.shape[axis] - 1 - np.flip(np.argsort(np.flip(data, axis), axis=axis, kind="stable"), axis)
