"""Operations on the bits of integers."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import op
from dldt.compiler.ops.elementwise import Binary, Unary
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


class BitwiseBinary(Binary):
    """y = f(a, b), bit by bit, of integers."""

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        if not a.dtype.is_integer:
            raise ShapeError(f"{self.type}: the inputs must be integers, got {a} and {b}")
        return super().infer(a, b)


@op("opset13", traits=Trait.COMMUTATIVE)
class BitwiseAnd(BitwiseBinary):
    """y = the bits that both have"""

    def evaluate(self, a: Array, b: Array) -> Array:
        return np.bitwise_and(a, b)


@op("opset13", traits=Trait.COMMUTATIVE)
class BitwiseOr(BitwiseBinary):
    """y = the bits that a or b has"""

    def evaluate(self, a: Array, b: Array) -> Array:
        return np.bitwise_or(a, b)


@op("opset13", traits=Trait.COMMUTATIVE)
class BitwiseXor(BitwiseBinary):
    """y = the bits that a or b has, but not both"""

    def evaluate(self, a: Array, b: Array) -> Array:
        return np.bitwise_xor(a, b)


@op("opset13")
class BitwiseNot(Unary):
    """y = the bits that x lacks"""

    def infer(self, x: TensorType, *rest: TensorType) -> TensorType:
        if not x.dtype.is_integer:
            raise ShapeError(f"BitwiseNot: data must be integers, got {x}")
        return TensorType(x.dtype, x.shape)

    def evaluate(self, data: Array) -> Array:
        return np.bitwise_not(data)


@op("opset15")
class BitwiseLeftShift(BitwiseBinary):
    """y = a with its bits b places to the left; 0 where b is negative, or at least the number of bits"""

    def evaluate(self, a: Array, b: Array) -> Array:
        inside = (b >= 0) & (b < 8 * a.dtype.itemsize)
        return np.where(inside, np.left_shift(a, np.where(inside, b, 0)), 0).astype(a.dtype)


@op("opset15")
class BitwiseRightShift(BitwiseBinary):
    """y = a with its bits b places to the right, the sign filled in; where b is negative, or at least the number of
    bits, the sign alone is left"""

    def evaluate(self, a: Array, b: Array) -> Array:
        last = 8 * a.dtype.itemsize - 1
        inside = (b >= 0) & (b <= last)
        alone = np.where(a < 0, -1, 0) if np.issubdtype(a.dtype, np.signedinteger) else np.zeros_like(a)
        return np.where(inside, np.right_shift(a, np.where(inside, b, 0)), alone).astype(a.dtype)
