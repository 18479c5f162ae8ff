"""The shape as a tensor, and ranges of numbers."""

from __future__ import annotations

import math

import attrs
import numpy as np

from dldt.compiler.dims import Dim, ceildiv, maximum
from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import defined
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import known_dim, known_int
from dldt.compiler.types import Array, DType, TensorType


@op("opset3")
class ShapeOf(Op):
    """y = the shape of x"""

    output_type: DType = attrs.field(default=DType.i64, converter=DType)

    def infer(self, data: TensorType) -> TensorType:
        if self.output_type not in (DType.i64, DType.i32):
            raise ShapeError(f"ShapeOf: output_type is {self.output_type}, must be i64 or i32")
        if self.output_type is DType.i32 and any(isinstance(dim, int) and dim >= 2**31 for dim in data.shape):
            raise ShapeError(f"ShapeOf: {data} has a dim that {self.output_type} cannot hold")
        return TensorType(self.output_type, (data.rank,)).with_value(data.shape)

    def evaluate(self, data: Array) -> Array:
        return np.array(data.shape, self.output_type.numpy)


@op("opset4")
class Range(Op):
    """y = start, start + step, ... up to but without stop"""

    shape_values = True

    output_type: DType = attrs.field(converter=DType)

    def infer(self, start: TensorType, stop: TensorType, step: TensorType) -> TensorType:
        if any(t.elements == 0 for t in (start, stop, step)):
            raise ShapeError(f"Range: start {start}, stop {stop} and step {step} must hold one number each")
        return TensorType(self.output_type, (self._length(start, stop, step),))

    def finds_length(self, start: TensorType, stop: TensorType, step: TensorType) -> bool:
        """Whether the length is found when the model runs: the numbers are floats that are no constants, or the step is
        no constant."""
        if any(t.dtype.is_float for t in (start, stop, step)):
            return any(t.constant is None and t.content is None for t in (start, stop, step))
        return step.value is None or not isinstance(step.value[0], int)

    def _length(self, start: TensorType, stop: TensorType, step: TensorType) -> Dim:
        if self.finds_length(start, stop, step):
            return defined("length")
        if start.dtype.is_float or stop.dtype.is_float or step.dtype.is_float:
            return self._float_length(start, stop, step)
        by = known_int(step, "step", self.type)
        if by == 0:
            raise ShapeError("Range: step is 0")
        first, last = known_dim(start, "start", self.type), known_dim(stop, "stop", self.type)
        distance = last - first if by > 0 else first - last
        return maximum(ceildiv(distance, abs(by)), 0)

    def _float_length(self, start: TensorType, stop: TensorType, step: TensorType) -> int:
        numbers = [t.constant if t.constant is not None else t.content for t in (start, stop, step)]
        if any(x is None or x.size != 1 for x in numbers):
            raise ShapeError("Range: start, stop and step of a floating-point type must be constants of one number")
        first, last, by = (float(x.reshape(())) for x in numbers if x is not None)
        if by == 0 or not math.isfinite((last - first) / by):
            raise ShapeError(f"Range: from {first} to {last} by {by} has no finite length")
        return max(math.ceil((last - first) / by), 0)

    def evaluate(self, start: Array, stop: Array, step: Array) -> Array:
        first, last, by = (x.reshape(()).item() for x in (start, stop, step))
        if start.dtype == object:
            return np.arange(int(first), int(last), int(by))
        length = max(math.ceil((last - first) / by), 0)
        return (first + by * np.arange(length)).astype(self.output_type.numpy)
