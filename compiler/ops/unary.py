"""Mathematical functions of one floating-point input."""

from __future__ import annotations

import math

import numpy as np

from dldt.compiler.op import op
from dldt.compiler.ops.elementwise import FloatUnary
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array


@op("opset1", traits=Trait.NONNEGATIVE)
class Exp(FloatUnary):
    """y = exp(x): e to the power x"""

    def evaluate(self, data: Array) -> Array:
        return np.exp(data)


@op("opset1")
class Log(FloatUnary):
    """y = log(x): natural logarithm"""

    def evaluate(self, data: Array) -> Array:
        return np.log(data)


@op("opset1", traits=Trait.NONNEGATIVE)
class Sqrt(FloatUnary):
    """y = sqrt(x): square root"""

    def evaluate(self, data: Array) -> Array:
        return np.sqrt(data)


@op("opset1")
class Tanh(FloatUnary):
    """y = tanh(x)"""

    def evaluate(self, data: Array) -> Array:
        return np.tanh(data)


@op("opset1")
class Sin(FloatUnary):
    """y = sin(x)"""

    def evaluate(self, data: Array) -> Array:
        return np.sin(data)


@op("opset1")
class Cos(FloatUnary):
    """y = cos(x)"""

    def evaluate(self, data: Array) -> Array:
        return np.cos(data)


@op("opset1")
class Tan(FloatUnary):
    """y = tan(x)"""

    def evaluate(self, data: Array) -> Array:
        return np.tan(data)


@op("opset1")
class Asin(FloatUnary):
    """y = asin(x)"""

    def evaluate(self, data: Array) -> Array:
        return np.arcsin(data)


@op("opset1", traits=Trait.NONNEGATIVE)
class Acos(FloatUnary):
    """y = acos(x)"""

    def evaluate(self, data: Array) -> Array:
        return np.arccos(data)


@op("opset1")
class Atan(FloatUnary):
    """y = atan(x)"""

    def evaluate(self, data: Array) -> Array:
        return np.arctan(data)


@op("opset1")
class Sinh(FloatUnary):
    """y = sinh(x)"""

    def evaluate(self, data: Array) -> Array:
        return np.sinh(data)


@op("opset1", traits=Trait.NONNEGATIVE)
class Cosh(FloatUnary):
    """y = cosh(x)"""

    def evaluate(self, data: Array) -> Array:
        return np.cosh(data)


@op("opset4")
class Asinh(FloatUnary):
    """y = asinh(x)"""

    def evaluate(self, data: Array) -> Array:
        return np.arcsinh(data)


@op("opset4", traits=Trait.NONNEGATIVE)
class Acosh(FloatUnary):
    """y = acosh(x)"""

    def evaluate(self, data: Array) -> Array:
        return np.arccosh(data)


@op("opset4")
class Atanh(FloatUnary):
    """y = atanh(x)"""

    def evaluate(self, data: Array) -> Array:
        return np.arctanh(data)


@op("opset1")
class Erf(FloatUnary):
    """y = 2 / sqrt(pi) * integral of exp(-t^2) from 0 to x"""

    def evaluate(self, data: Array) -> Array:
        return erf(data)


def erf(x: Array) -> Array:
    """The error function, in the dtype of ``x``."""
    return np.vectorize(math.erf, otypes=[np.float64])(x.astype(np.float64)).astype(x.dtype)
