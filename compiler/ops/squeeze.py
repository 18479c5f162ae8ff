"""Removing and adding dims of 1."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import same
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import known_ints, normal_axes, text
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@op("opset1", traits=Trait.VIEW | Trait.PERMUTATION | Trait.IDENTITY_IF_TYPED_ALIKE)
class Squeeze(Op):
    """y = x without the dims at ``axes``, which must be 1; without ``axes``, every dim of 1 goes"""

    shape_values = True

    def infer(self, data: TensorType, axes: TensorType | None = None) -> TensorType:
        gone = self._axes(data, axes)
        for axis in gone:
            if not same(data.shape[axis], 1, f"axis {axis}, which is squeezed"):
                raise ShapeError(f"Squeeze: dimension {axis} of {text(data.shape)} is {data.shape[axis]}, not 1")
        return TensorType(data.dtype, tuple(dim for i, dim in enumerate(data.shape) if i not in gone))

    def _axes(self, data: TensorType, axes: TensorType | None) -> tuple[int, ...]:
        if axes is None or axes.elements == 0:
            return tuple(i for i, dim in enumerate(data.shape) if dim == 1)
        return normal_axes(known_ints(axes, "axes", self.type), data.rank, self.type)

    def evaluate(self, data: Array, axes: Array | None = None) -> Array:
        if axes is None or axes.size == 0:
            return np.squeeze(data)
        return np.squeeze(data, tuple(sorted({int(axis) % data.ndim for axis in axes.ravel()})))


@op("opset1", traits=Trait.VIEW | Trait.PERMUTATION | Trait.IDENTITY_IF_TYPED_ALIKE)
class Unsqueeze(Op):
    """y = x with dims of 1 put in, at ``axes`` of the output"""

    shape_values = True

    def infer(self, data: TensorType, axes: TensorType) -> TensorType:
        wanted = known_ints(axes, "axes", self.type)
        rank = data.rank + len(wanted)
        added = normal_axes(wanted, rank, self.type)
        kept = iter(data.shape)
        return TensorType(data.dtype, tuple(1 if i in added else next(kept) for i in range(rank)))

    def evaluate(self, data: Array, axes: Array) -> Array:
        return np.expand_dims(data, tuple(int(axis) for axis in axes.ravel()))
