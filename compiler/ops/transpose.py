"""Permutation of the axes."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import known_ints
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@op("opset1", traits=Trait.PERMUTATION)
class Transpose(Op):
    """y[i_order[0], i_order[1], ...] = x[i_0, i_1, ...]; an empty ``order`` reverses the axes"""

    shape_values = True

    def infer(self, data: TensorType, order: TensorType) -> TensorType:
        wanted = known_ints(order, "order", self.type) or tuple(reversed(range(data.rank)))
        if sorted(wanted) != list(range(data.rank)):
            raise ShapeError(f"Transpose: order {list(wanted)} is not a permutation of the {data.rank} axes of {data}")
        return TensorType(data.dtype, tuple(data.shape[axis] for axis in wanted))

    def evaluate(self, data: Array, order: Array) -> Array:
        axes = tuple(int(axis) for axis in order.ravel())
        return np.ascontiguousarray(np.transpose(data, axes or None))
