"""References for the math functions: their definitions in double, and the promised error bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

Array = np.ndarray[Any, Any]
SQRT_2_PI = math.sqrt(2.0 / math.pi)
_erf = np.vectorize(math.erf, otypes=[np.float64])
_erfc = np.vectorize(math.erfc, otypes=[np.float64])
EXACT = 0.501  # correctly rounded, except for ties that are too close to decide


@attrs.frozen
class Reference:
    """A function's definition in double, and its promised error in ulp with and without fused multiply-add.
    ``of_argument``: the error is counted in ulp of x instead of the result, whose digits cancel."""

    function: Callable[..., Array]
    bound: float
    unfused_bound: float
    of_argument: bool = False


def erf(x: Array) -> Array:
    """erf, computed by the slow definition only where it is neither linear nor 1."""
    result = np.where(np.isnan(x), x, np.sign(x))
    small = np.abs(x) < 1e-4
    result[small] = 2 / math.sqrt(math.pi) * (x[small] - x[small] ** 3 / 3)
    middle = ~small & (np.abs(x) < 5)
    result[middle] = _erf(x[middle])
    return result


def sigmoid(x: Array) -> Array:
    """1 / (1 + e⁻ˣ)"""
    z = np.exp(-np.abs(x))
    return np.where(x < 0, z, 1.0) / (1 + z)


def softplus(x: Array) -> Array:
    """log(1 + eˣ)"""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def mish(x: Array) -> Array:
    """x tanh(log(1 + eˣ))"""
    finite = np.maximum(x, -500)
    return finite * np.tanh(softplus(finite))


def swish(x: Array) -> Array:
    """x / (1 + e⁻ˣ)"""
    finite = np.maximum(x, -500)
    return finite / (1 + np.exp(-finite))


def gelu(x: Array) -> Array:
    """x erfc(-x / √2) / 2"""
    finite = np.maximum(x, -100)
    return 0.5 * finite * np.where(finite > 10, 2.0, _erfc(-np.minimum(finite, 11) / math.sqrt(2)))


def gelu_tanh(x: Array) -> Array:
    """x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2"""
    finite = np.clip(x, -30, 30)
    positive = sigmoid(2 * SQRT_2_PI * (finite + 0.044715 * finite**3))
    return np.maximum(x, -30) * positive


def round_away(x: Array) -> Array:
    """The nearest integer; halves are rounded away from 0."""
    return np.copysign(np.floor(np.abs(x) + 0.5), x)


REFERENCES: dict[str, Reference] = {
    "exp": Reference(np.exp, 1.0, 1.0),
    "log": Reference(np.log, 1.0, 1.0),
    "tanh": Reference(np.tanh, 1.0, 1.1),
    "sigmoid": Reference(sigmoid, 1.0, 1.5),
    "erf": Reference(erf, 1.0, 1.4),
    "softplus": Reference(softplus, 2.0, 2.0),
    "mish": Reference(mish, EXACT, EXACT),
    "swish": Reference(swish, 2.4, 2.4),
    "gelu": Reference(gelu, 1.6, 1.6, of_argument=True),
    "gelu_tanh": Reference(gelu_tanh, 1.6, 1.7, of_argument=True),
    "expm1": Reference(np.expm1, EXACT, EXACT),
    "log1p": Reference(np.log1p, EXACT, EXACT),
    "sin": Reference(np.sin, EXACT, EXACT),
    "cos": Reference(np.cos, EXACT, EXACT),
    "tan": Reference(np.tan, EXACT, EXACT),
    "asin": Reference(np.arcsin, EXACT, EXACT),
    "acos": Reference(np.arccos, EXACT, EXACT),
    "atan": Reference(np.arctan, EXACT, EXACT),
    "sinh": Reference(np.sinh, EXACT, EXACT),
    "cosh": Reference(np.cosh, EXACT, EXACT),
    "asinh": Reference(np.arcsinh, EXACT, EXACT),
    "acosh": Reference(np.arccosh, EXACT, EXACT),
    "atanh": Reference(np.arctanh, EXACT, EXACT),
    "sqrt": Reference(np.sqrt, 0.5, 0.5),
    "rsqrt": Reference(lambda x: 1 / np.sqrt(x), 1.5, 1.5),
    "reciprocal": Reference(lambda x: 1 / x, 0.5, 0.5),
    "floor": Reference(np.floor, 0, 0),
    "ceil": Reference(np.ceil, 0, 0),
    "trunc": Reference(np.trunc, 0, 0),
    "round_even": Reference(np.rint, 0, 0),
    "round_away": Reference(round_away, 0, 0),
    "abs": Reference(np.abs, 0, 0),
    "sign": Reference(np.sign, 0, 0),
    "pow": Reference(np.power, 0.51, 0.51),
    "fmod": Reference(np.fmod, 0, 0),
    "mod": Reference(np.mod, 0.5, 0.5),
}


def ulp_error(got: Array, expected: Array, scale: Array | None = None) -> Array:
    """|got - expected| of f32 results in units of the last place of ``scale`` (default: ``expected``). An infinity
    counts as 2^128. NaN against a number counts as an infinite error."""
    with np.errstate(invalid="ignore"):  # signalling NaN
        wide = got.astype(np.float64)
    exponent = np.asarray(expected if scale is None else scale, np.float64).view(np.int64) >> 52 & 0x7FF
    unit = (np.clip(exponent, 1023 - 126, 1023 + 127) - 23 << 52).view(np.float64)
    top = 2.0**128
    error = np.abs(np.clip(wide, -top, top) - np.clip(expected, -top, top)) / unit
    unlike = np.isnan(got) != np.isnan(expected)
    return np.where(unlike, np.inf, np.where(np.isnan(expected), 0.0, error))


def measure(name: str, got: Array, *operands: Array) -> Array:
    """The error of each result of ``name`` in ulp, counted as its bound counts it."""
    reference = REFERENCES[name]
    with np.errstate(all="ignore"):
        wide = [x.astype(np.float64) for x in operands]
        expected = reference.function(*wide)
    return ulp_error(got, expected, wide[0] if reference.of_argument else None)
