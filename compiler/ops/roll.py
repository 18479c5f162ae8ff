"""Turning a tensor along its axes."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import known_ints, normal_axis, require_integer
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@op("opset7", traits=Trait.EXACT)
class Roll(Op):
    """y[(i + shift) mod size] = data[i] along each of ``axes``; what leaves at one end comes in at the other"""

    def infer(self, data: TensorType, shift: TensorType, axes: TensorType) -> TensorType:
        require_integer(shift, "shift", self.type)
        along = [normal_axis(axis, data.rank, self.type) for axis in known_ints(axes, "axes", self.type)]
        if shift.rank > 1 or shift.elements not in (1, len(along)):
            raise ShapeError(f"Roll: shift {shift} does not have one number, or one for each of {len(along)} axes")
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array, shift: Array, axes: Array) -> Array:
        along = tuple(int(axis) for axis in axes.ravel())
        shifts = np.broadcast_to(shift.ravel(), len(along))
        return np.roll(data, tuple(int(number) for number in shifts), along)
