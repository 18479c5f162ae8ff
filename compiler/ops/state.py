"""Variables: values that one run leaves for the next."""

from __future__ import annotations

import numpy as np

from dldt.compiler.dims import DefinedDim
from dldt.compiler.errors import InternalError, ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.shown import shown
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType, Shape, TensorType


def state_dims(variable: str, shape: tuple[int, ...]) -> Shape:
    """The dims of a variable: -1 becomes the DefinedDim that every ReadValue of the variable shares."""
    return tuple(DefinedDim(f"{variable}:{i}", 0).dim if dim < 0 else dim for i, dim in enumerate(shape))


@op("opset6", traits=Trait.STATEFUL)
class ReadValue(Op):
    """What the variable ``variable_id`` held when the run started. Where it was never assigned: init, or zeros where
    that is not given (dims that are not known are 0 then). ``variable_type`` and ``variable_shape`` (-1: a dim that may
    change) are those of init where they are left out"""

    variable_id: str
    variable_type: DType | None = None
    variable_shape: tuple[int, ...] | None = None

    def infer(self, init: TensorType | None = None) -> TensorType:
        dtype = self.variable_type or (init.dtype if init else None)
        if dtype is None or (init is None and self.variable_shape is None):
            raise ShapeError(f"ReadValue: nothing says the type and the shape of variable {shown(self.variable_id)}")
        if init is not None and self.variable_shape is None:
            return TensorType(dtype, init.shape)
        wanted = self.variable_shape or ()
        made = TensorType(dtype, state_dims(self.variable_id, wanted))
        if init is not None and not (init.dtype is dtype and _fits(init.shape, wanted)):
            raise ShapeError(f"ReadValue: variable {shown(self.variable_id)} is {made}, its first value is {init}")
        return made

    def evaluate(self, init: Array | None = None) -> Array:
        raise InternalError("ReadValue depends on earlier runs: compiler.interpret has the variables")

    def first(self, init: Array | None) -> Array:
        """The value of a variable that was never assigned."""
        if init is not None:
            return init
        assert self.variable_type is not None
        shape = [max(dim, 0) for dim in self.variable_shape or ()]
        return np.zeros(shape, self.variable_type.numpy)


@op("opset6", traits=Trait.STATEFUL | Trait.SINK)
class Assign(Op):
    """The variable ``variable_id`` holds value from the next run on; the output is value"""

    variable_id: str

    def infer(self, value: TensorType) -> TensorType:
        return TensorType(value.dtype, value.shape)

    def evaluate(self, value: Array) -> Array:
        return value


def _fits(shape: Shape, wanted: tuple[int, ...]) -> bool:
    if len(shape) != len(wanted):
        return False
    return all(b < 0 or a == b or not isinstance(a, int) for a, b in zip(shape, wanted, strict=True))
