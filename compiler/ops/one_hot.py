"""One-hot encoding."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import at_least
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import known_dim, normal_axis, require_integer, require_same_type
from dldt.compiler.types import Array, TensorType


@op("opset1")
class OneHot(Op):
    """y = on_value where the position along the new ``axis`` equals the index, else off_value; an index outside
    [0, depth) gives off_value everywhere"""

    axis: int = attrs.field(converter=int)

    def infer(self, indices: TensorType, depth: TensorType, on_value: TensorType, off_value: TensorType) -> TensorType:
        require_integer(indices, "indices", self.type)
        require_same_type(on_value, off_value, self.type)
        if on_value.elements != 1 or off_value.elements != 1:
            raise ShapeError(f"OneHot: on_value and off_value must hold one number, got {on_value} and {off_value}")
        size = known_dim(depth, "depth", self.type)
        if not at_least(size, 1, "depth"):
            raise ShapeError(f"OneHot: depth is {size}, must be at least 1")
        axis = normal_axis(self.axis, indices.rank + 1, self.type)
        return TensorType(on_value.dtype, (*indices.shape[:axis], size, *indices.shape[axis:]))

    def evaluate(self, indices: Array, depth: Array, on_value: Array, off_value: Array) -> Array:
        axis = self.axis % (indices.ndim + 1)
        positions = np.arange(int(depth.reshape(())))
        hit = np.expand_dims(indices, axis) == positions.reshape(-1, *(1,) * (indices.ndim - axis))
        return np.where(hit, on_value.reshape(()), off_value.reshape(()))
