"""The ends of a graph: Parameter, Constant, Result."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.budget import budget
from dldt.compiler.dims import Dim
from dldt.compiler.op import Op, op
from dldt.compiler.traits import Trait
from dldt.compiler.types import MAX_VALUE_ELEMENTS, Array, DType, TensorType


def is_repeated(array: Array) -> bool:
    """Whether the array is one number, which lies in memory once."""
    return not any(stride for size, stride in zip(array.shape, array.strides, strict=True) if size > 1)


@op("opset1", traits=Trait.SOURCE | Trait.INTERFACE | Trait.BOUNDARY)
class Parameter(Op):
    """An input of the graph."""

    element_type: DType
    shape: tuple[Dim, ...]

    def infer(self) -> TensorType:
        return TensorType(self.element_type, self.shape)

    def evaluate(self) -> Array:
        raise RuntimeError("a Parameter has no value of its own")


@op("opset1", "Const", traits=Trait.SOURCE | Trait.BOUNDARY)
class Constant(Op):
    """A constant tensor: ``value``, little-endian and read-only; C-contiguous, or one number that is repeated."""

    value: Array = attrs.field(eq=False)
    _identity: int = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_identity", id(self.value))

    @classmethod
    def of(cls, array: Array) -> Constant:
        """A constant of ``array``, converted to little-endian C order where it is not; then read-only."""
        dtype = DType.of(array.dtype.newbyteorder("<") if array.dtype.byteorder == ">" else array.dtype)
        if array.size > 1 and is_repeated(array):
            return cls(np.broadcast_to(np.array(array[(0,) * array.ndim], dtype.numpy), array.shape))
        if not array.flags.c_contiguous:
            budget().ask(array.nbytes)
        value = np.ascontiguousarray(array, dtype=dtype.numpy).reshape(array.shape)
        value.flags.writeable = False
        budget().hold(value)
        return cls(value)

    def infer(self) -> TensorType:
        made = TensorType(DType.of(self.value.dtype), self.value.shape, constant=self.value)
        return made.with_value(self.value) if self.value.size <= MAX_VALUE_ELEMENTS else made

    def evaluate(self) -> Array:
        return self.value


@op("opset1", traits=Trait.INTERFACE | Trait.BOUNDARY)
class Result(Op):
    """An output of the graph. With ``rank_of`` it is a number: how many dims, the last ones, the output of that name
    has; the dims before them, which are 1, stand for none."""

    rank_of: str | None = None

    def infer(self, value: TensorType) -> TensorType:
        return value

    def evaluate(self, value: Array) -> Array:
        return value
