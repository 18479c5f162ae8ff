"""Boolean operations, and the tests whose outcome is boolean."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import require_float
from dldt.compiler.ops.elementwise import Binary
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType, TensorType


class Logical(Binary):
    """y = f(a, b) for boolean tensors."""

    shape_values = True

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        for port, t in zip(self.ports, (a, b), strict=True):
            require_boolean(t, port, self.type)
        return TensorType(DType.boolean, self.common_shape(a, b))


@op("opset1", traits=Trait.COMMUTATIVE)
class LogicalAnd(Logical):
    """y = a and b"""

    def evaluate(self, a: Array, b: Array) -> Array:
        return np.logical_and(a, b)


@op("opset1", traits=Trait.COMMUTATIVE)
class LogicalOr(Logical):
    """y = a or b"""

    def evaluate(self, a: Array, b: Array) -> Array:
        return np.logical_or(a, b)


@op("opset1", traits=Trait.COMMUTATIVE)
class LogicalXor(Logical):
    """y = a or b, but not both"""

    def evaluate(self, a: Array, b: Array) -> Array:
        return np.not_equal(a, b)


@op("opset1", traits=Trait.ELEMENTWISE)
class LogicalNot(Op):
    """y = not x"""

    shape_values = True

    def infer(self, data: TensorType) -> TensorType:
        require_boolean(data, "data", self.type)
        return TensorType(DType.boolean, data.shape)

    def evaluate(self, data: Array) -> Array:
        return np.logical_not(data)


@op("opset10", traits=Trait.ELEMENTWISE)
class IsNaN(Op):
    """y = whether x is not a number"""

    def infer(self, data: TensorType) -> TensorType:
        require_float(data, "data", self.type)
        return TensorType(DType.boolean, data.shape)

    def evaluate(self, data: Array) -> Array:
        return np.isnan(data)


@op("opset10", traits=Trait.ELEMENTWISE)
class IsFinite(Op):
    """y = whether x is a number, and not infinite"""

    def infer(self, data: TensorType) -> TensorType:
        require_float(data, "data", self.type)
        return TensorType(DType.boolean, data.shape)

    def evaluate(self, data: Array) -> Array:
        return np.isfinite(data)


@op("opset10", traits=Trait.ELEMENTWISE)
class IsInf(Op):
    """y = whether x is infinite: plus infinity where ``detect_positive``, minus infinity where ``detect_negative``"""

    detect_negative: bool = attrs.field(default=True)
    detect_positive: bool = attrs.field(default=True)

    def infer(self, data: TensorType) -> TensorType:
        require_float(data, "data", self.type)
        return TensorType(DType.boolean, data.shape)

    def evaluate(self, data: Array) -> Array:
        wanted = np.where(data < 0, self.detect_negative, self.detect_positive)
        return np.isinf(data) & wanted


def require_boolean(t: TensorType, port: str, what: str) -> None:
    """ShapeError unless the element type is boolean."""
    if t.dtype is not DType.boolean:
        raise ShapeError(f"{what}: {port} must be boolean, got {t}")
