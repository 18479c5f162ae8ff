"""Sign and rounding."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import op
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.elementwise import FloatUnary, Unary
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@op("opset1", traits=Trait.NONNEGATIVE | Trait.EXACT)
class Abs(Unary):
    """y = |x|"""

    def evaluate(self, data: Array) -> Array:
        return np.abs(data)


@op("opset1", traits=Trait.EXACT)
class Negative(Unary):
    """y = -x"""

    def infer(self, x: TensorType, *rest: TensorType) -> TensorType:
        if not x.dtype.is_signed:
            raise ShapeError(f"Negative: data must be of a signed type, got {x}")
        return TensorType(x.dtype, x.shape)

    def evaluate(self, data: Array) -> Array:
        return np.negative(data)


@op("opset1", traits=Trait.ROUNDING)
class Sign(Unary):
    """y = -1, 0 or 1"""

    def evaluate(self, data: Array) -> Array:
        return np.sign(data)


@op("opset1", traits=Trait.ROUNDING)
class Floor(Unary):
    """y = the largest integer not above x"""

    def evaluate(self, data: Array) -> Array:
        return np.floor(data).astype(data.dtype)


@op("opset1", traits=Trait.ROUNDING)
class Ceiling(Unary):
    """y = the smallest integer not below x"""

    def evaluate(self, data: Array) -> Array:
        return np.ceil(data).astype(data.dtype)


@op("opset5", traits=Trait.ROUNDING)
class Round(FloatUnary):
    """y = x rounded to an integer; a half goes to the even one, or away from zero"""

    mode: str = attrs.field(
        default="half_to_even", converter=lower, validator=one_of("half_to_even", "half_away_from_zero")
    )

    def evaluate(self, data: Array) -> Array:
        if self.mode == "half_to_even":
            return np.rint(data)
        whole = np.trunc(data)
        return (whole + np.sign(data) * (np.abs(data - whole) >= 0.5)).astype(data.dtype)
