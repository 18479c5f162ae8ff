"""The bits of elements read as another type."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import EXTENSION, Op, op
from dldt.compiler.types import Array, DType, TensorType


@op(EXTENSION)
class BitCast(Op):
    """y = the bits of x as an element of ``destination_type``, which has as many"""

    destination_type: DType = attrs.field(converter=DType)

    def infer(self, data: TensorType) -> TensorType:
        if data.dtype.size != self.destination_type.size:
            raise ShapeError(f"BitCast: {self.destination_type} has another number of bits than the elements of {data}")
        return TensorType(self.destination_type, data.shape)

    def evaluate(self, data: Array) -> Array:
        return reinterpreted(data, self.destination_type.numpy)


def reinterpreted(data: Array, dtype: np.dtype[np.generic]) -> Array:
    """The bits of the elements as ``dtype``; a number that is not 0 is true."""
    bits = np.ascontiguousarray(data).reshape(data.shape)
    return bits.view(np.uint8) != 0 if dtype == np.bool_ else bits.view(dtype)
