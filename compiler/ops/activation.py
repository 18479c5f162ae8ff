"""Activations of one input without parameters."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.op import op
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.elementwise import FloatUnary, Unary
from dldt.compiler.ops.unary import erf
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array


@op("opset1", traits=Trait.NONNEGATIVE | Trait.EXACT)
class ReLU(Unary):
    """y = max(x, 0)"""

    def evaluate(self, data: Array) -> Array:
        return np.maximum(data, np.zeros((), data.dtype))


@op("opset1", traits=Trait.NONNEGATIVE)
class Sigmoid(FloatUnary):
    """y = 1 / (1 + exp(-x))"""

    def evaluate(self, data: Array) -> Array:
        return sigmoid(data)


@op("opset4")
class HSwish(FloatUnary):
    """y = x * min(max(x + 3, 0), 6) / 6"""

    def evaluate(self, data: Array) -> Array:
        return (data * np.clip(data + 3, 0, 6) / 6).astype(data.dtype)


@op("opset5", traits=Trait.NONNEGATIVE)
class HSigmoid(FloatUnary):
    """y = min(max(x + 3, 0), 6) / 6"""

    def evaluate(self, data: Array) -> Array:
        return (np.clip(data + 3, 0, 6) / 6).astype(data.dtype)


@op("opset4")
class Mish(FloatUnary):
    """y = x * tanh(log(1 + exp(x)))"""

    def evaluate(self, data: Array) -> Array:
        return (data * np.tanh(softplus(data))).astype(data.dtype)


@op("opset4", traits=Trait.NONNEGATIVE)
class SoftPlus(FloatUnary):
    """y = log(1 + exp(x))"""

    def evaluate(self, data: Array) -> Array:
        return softplus(data)


@op("opset9")
class SoftSign(FloatUnary):
    """y = x / (1 + |x|)"""

    def evaluate(self, data: Array) -> Array:
        return (data / (1 + np.abs(data))).astype(data.dtype)


@op("opset1")
class Elu(FloatUnary):
    """y = x for x > 0, else alpha * (exp(x) - 1)"""

    alpha: float = attrs.field(converter=float)

    def evaluate(self, data: Array) -> Array:
        return np.where(data > 0, data, self.alpha * np.expm1(np.minimum(data, 0))).astype(data.dtype)


@op("opset7")
class Gelu(FloatUnary):
    """y = x * P(X <= x), X standard normal: by erf, or by the tanh approximation"""

    approximation_mode: str = attrs.field(default="erf", converter=lower, validator=one_of("erf", "tanh"))

    def evaluate(self, data: Array) -> Array:
        x = data.astype(np.float64)
        if self.approximation_mode == "erf":
            y = 0.5 * x * (1 + erf(x / np.sqrt(2)))
        else:
            y = 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
        return y.astype(data.dtype)


@op("opset1", traits=Trait.EXACT)
class Clamp(Unary):
    """y = min(max(x, min), max); for integer types the bounds are rounded inwards"""

    min: float = attrs.field(converter=float)
    max: float = attrs.field(converter=float)

    def __attrs_post_init__(self) -> None:
        if not self.min <= self.max:
            raise InputError(f"Clamp: min {self.min} is greater than max {self.max}")

    def evaluate(self, data: Array) -> Array:
        if not np.issubdtype(data.dtype, np.integer):
            return np.clip(data, self.min, self.max).astype(data.dtype)
        limits = np.iinfo(data.dtype)
        low = max(limits.min, np.ceil(self.min)) if np.isfinite(self.min) else limits.min
        high = min(limits.max, np.floor(self.max)) if np.isfinite(self.max) else limits.max
        return np.clip(data, data.dtype.type(int(low)), data.dtype.type(int(high)))


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)) without overflow, in the dtype of ``x``."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small)).astype(x.dtype)


def softplus(x: Array) -> Array:
    """log(1 + exp(x)) without overflow, in the dtype of ``x``."""
    return (np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))).astype(x.dtype)
