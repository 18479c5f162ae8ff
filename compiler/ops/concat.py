"""Joining tensors along an axis."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import same
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import normal_axis, text
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@op("opset1", traits=Trait.LAYOUT_AGNOSTIC | Trait.EXACT)
class Concat(Op):
    """y = the inputs one after the other along ``axis``"""

    shape_values = True

    axis: int = attrs.field(converter=int)

    def infer(self, *inputs: TensorType) -> TensorType:
        if not inputs:
            raise ShapeError("Concat needs at least one input")
        first = inputs[0]
        axis = normal_axis(self.axis, first.rank, self.type)
        total: Dim = 0
        for i, t in enumerate(inputs):
            if t.dtype != first.dtype:
                raise ShapeError(f"Concat: input {i} is {t.dtype}, input 0 is {first.dtype}")
            others = [d for d in range(first.rank) if d != axis]
            fits = t.rank == first.rank
            if not fits or not all(same(t.shape[d], first.shape[d], f"axis {d} of input {i}") for d in others):
                raise ShapeError(
                    f"Concat: input {i} is {text(t.shape)}, input 0 is {text(first.shape)}: "
                    f"they may differ only along axis {axis}"
                )
            total = total + t.shape[axis]
        return TensorType(first.dtype, (*first.shape[:axis], total, *first.shape[axis + 1 :]))

    def evaluate(self, *inputs: Array) -> Array:
        return np.concatenate(inputs, axis=self.axis)
