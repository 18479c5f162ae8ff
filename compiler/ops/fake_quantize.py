"""Quantisation simulated in floating point."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.axes import require_float, require_same_type
from dldt.compiler.ops.elementwise import broadcast
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@op("opset1", traits=Trait.ELEMENTWISE)
class FakeQuantize(Op):
    """y = x rounded to the nearest of ``levels`` equal steps from input_low to input_high, a half to the even step,
    then mapped to output_low ... output_high; x at or below input_low gives output_low, above input_high output_high"""

    levels: int = attrs.field(converter=int)
    auto_broadcast: str = attrs.field(default="numpy", converter=lower, validator=one_of("numpy", "none"))

    def __attrs_post_init__(self) -> None:
        if self.levels < 2:
            raise InputError(f"FakeQuantize: levels is {self.levels}, must be at least 2")

    def infer(
        self,
        data: TensorType,
        input_low: TensorType,
        input_high: TensorType,
        output_low: TensorType,
        output_high: TensorType,
    ) -> TensorType:
        require_float(data, "data", self.type)
        for t in (input_low, input_high, output_low, output_high):
            require_same_type(data, t, self.type)
            if broadcast(data.shape, t.shape, self.type) != data.shape:
                raise ShapeError(f"FakeQuantize: the limits {t} do not broadcast to data {data}")
        return TensorType(data.dtype, data.shape)

    def evaluate(
        self, data: Array, input_low: Array, input_high: Array, output_low: Array, output_high: Array
    ) -> Array:
        low, high = np.minimum(input_low, input_high), np.maximum(input_low, input_high)
        steps = self.levels - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            level = np.rint((data - input_low) / (input_high - input_low) * steps)
            inside = level / steps * (output_high - output_low) + output_low
        found = np.where(data <= low, output_low, np.where(data > high, output_high, inside))
        return found.astype(data.dtype)
