"""Arithmetic of two inputs with broadcasting. It also works on dims: shape arithmetic runs through it."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from dldt.compiler import dims
from dldt.compiler.op import op
from dldt.compiler.ops.elementwise import Binary
from dldt.compiler.traits import Trait
from dldt.compiler.truncdiv import truncdiv
from dldt.compiler.types import Array

LARGER: Callable[[Array, Array], Array] = np.frompyfunc(dims.maximum, 2, 1)
SMALLER: Callable[[Array, Array], Array] = np.frompyfunc(dims.minimum, 2, 1)
_TRUNCATED: Callable[[Array, Array], Array] = np.frompyfunc(truncdiv, 2, 1)


@op("opset1", traits=Trait.COMMUTATIVE)
class Add(Binary):
    """y = a + b"""

    shape_values = True
    neutral = 0.0

    def evaluate(self, a: Array, b: Array) -> Array:
        return a + b


@op("opset1")
class Subtract(Binary):
    """y = a - b"""

    shape_values = True
    neutral = 0.0

    def evaluate(self, a: Array, b: Array) -> Array:
        return a - b


@op("opset1", traits=Trait.COMMUTATIVE)
class Multiply(Binary):
    """y = a * b"""

    shape_values = True
    neutral = 1.0

    def evaluate(self, a: Array, b: Array) -> Array:
        return a * b


@op("opset1")
class Divide(Binary):
    """y = a / b; integers are rounded down where ``m_pythondiv``, else towards zero; y = 0 where an integer b is 0"""

    shape_values = True
    neutral = 1.0

    m_pythondiv: bool = attrs.field(default=True)

    def evaluate(self, a: Array, b: Array) -> Array:
        if a.dtype != object and not np.issubdtype(a.dtype, np.integer):
            return np.true_divide(a, b)
        if a.dtype == object and not self.m_pythondiv:
            return _TRUNCATED(a, b)
        quotient = _floor_divide(a, b)
        if self.m_pythondiv:
            return quotient
        return quotient + ((quotient * b != a) & (quotient < 0)).astype(a.dtype)


@op("opset1")
class Power(Binary):
    """y = a to the power b; of integers with b < 0, where 1 / a^-b is no whole number (unless a is 1 or -1), y = 0"""

    neutral = 1.0

    def evaluate(self, a: Array, b: Array) -> Array:
        if not np.issubdtype(b.dtype, np.signedinteger):
            return np.power(a, b)
        whole = np.power(a, np.where(b < 0, b & 1, b))
        return np.where((b >= 0) | (a == 1) | (a == -1), whole, np.zeros_like(whole))


@op("opset1", traits=Trait.COMMUTATIVE | Trait.EXACT)
class Maximum(Binary):
    """y = max(a, b)"""

    shape_values = True
    neutral = -np.inf

    def evaluate(self, a: Array, b: Array) -> Array:
        return LARGER(a, b) if a.dtype == object else np.maximum(a, b)


@op("opset1", traits=Trait.COMMUTATIVE | Trait.EXACT)
class Minimum(Binary):
    """y = min(a, b)"""

    shape_values = True
    neutral = np.inf

    def evaluate(self, a: Array, b: Array) -> Array:
        return SMALLER(a, b) if a.dtype == object else np.minimum(a, b)


@op("opset1", traits=Trait.ROUNDING)
class Mod(Binary):
    """y = a - b * truncate(a / b): the sign of a; y = 0 where an integer b is 0"""

    shape_values = True

    def evaluate(self, a: Array, b: Array) -> Array:
        if a.dtype == object:
            return a - b * _TRUNCATED(a, b)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.fmod(a, b)


@op("opset1", traits=Trait.ROUNDING)
class FloorMod(Binary):
    """y = a - b * floor(a / b): the sign of b; y = 0 where an integer b is 0"""

    shape_values = True

    def evaluate(self, a: Array, b: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.mod(a, b)


@op("opset1", traits=Trait.COMMUTATIVE | Trait.NONNEGATIVE)
class SquaredDifference(Binary):
    """y = (a - b)^2"""

    def evaluate(self, a: Array, b: Array) -> Array:
        return (a - b) * (a - b)


def _floor_divide(a: Array, b: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.floor_divide(a, b)
