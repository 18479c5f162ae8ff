"""Choice by a condition, element by element."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.axes import require_same_type
from dldt.compiler.ops.elementwise import broadcast
from dldt.compiler.ops.logical import require_boolean
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@op("opset1", traits=Trait.ELEMENTWISE | Trait.EXACT)
class Select(Op):
    """y = then where cond, else else; numpy broadcasting of all three"""

    shape_values = True

    auto_broadcast: str = attrs.field(default="numpy", converter=lower, validator=one_of("numpy", "none"))

    def infer(self, cond: TensorType, then: TensorType, else_: TensorType) -> TensorType:
        require_boolean(cond, "cond", self.type)
        require_same_type(then, else_, self.type)
        if self.auto_broadcast == "none" and not cond.shape == then.shape == else_.shape:
            raise ShapeError(f"Select: shapes of {cond}, {then} and {else_} differ and auto_broadcast is none")
        shape = broadcast(broadcast(then.shape, else_.shape, self.type), cond.shape, self.type)
        return TensorType(then.dtype, shape)

    def evaluate(self, cond: Array, then: Array, else_: Array) -> Array:
        return np.where(cond.astype(bool), then, else_)
