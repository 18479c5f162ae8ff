"""Change of element type."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType, TensorType


@op("opset1", traits=Trait.ELEMENTWISE | Trait.IDENTITY_IF_TYPED_ALIKE)
class Convert(Op):
    """y = x as ``destination_type``: floats to integers towards zero, anything but 0 to true"""

    shape_values = True

    destination_type: DType = attrs.field(converter=DType)

    def infer(self, data: TensorType) -> TensorType:
        return TensorType(self.destination_type, data.shape)

    def evaluate(self, data: Array) -> Array:
        if data.dtype != object:
            return cast(data, self.destination_type.numpy)
        if self.destination_type.size < 4:
            raise ShapeError(f"dimensions do not fit {self.destination_type}")
        return data


@op("opset1")
class ConvertLike(Op):
    """y = x as the element type of ``like``"""

    def infer(self, data: TensorType, like: TensorType) -> TensorType:
        return TensorType(like.dtype, data.shape)

    def evaluate(self, data: Array, like: Array) -> Array:
        return cast(data, like.dtype)


def cast(data: Array, dtype: np.dtype[np.generic]) -> Array:
    """``data`` as ``dtype``: anything but 0 becomes true; integers wrap, as in C. Floats become integers by truncation
    toward zero; those outside the integer type become its bounds, and NaN becomes 0, on every machine."""
    if dtype.kind not in "iu" or data.dtype.kind not in "fV":
        with np.errstate(invalid="ignore", over="ignore"):
            return data.astype(dtype)
    limits = np.iinfo(np.dtype(dtype.name))
    whole = np.trunc(np.nan_to_num(data.astype(np.float64), nan=0.0))
    above, below = whole >= float(limits.max), whole <= float(limits.min)
    inner = np.where(above | below, 0.0, whole).astype(dtype)
    return np.where(above, limits.max, np.where(below, limits.min, inner)).astype(dtype)
