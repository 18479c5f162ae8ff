"""Activations of bytes as TF Lite's reference kernels compute them, in integers of 16 and 32 bits."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.bitwise import BitwiseAnd, BitwiseRightShift
from dldt.compiler.ops.convert import Convert
from dldt.compiler.types import DType
from dldt.frontends.engine.quantized import integers
from dldt.frontends.engine.signature import Tensor
from dldt.frontends.tflite.framework import INTERNAL, TFLITE
from dldt.passes.fixed_point import scaled

_WORDS = tuple(map(float, DType.i16.bounds))
_HIGH_BITS = 7
"""By how many bits a byte is shifted to fill a word."""
_SIGN = 31
_MANY = 65536.0


@TFLITE.imports("hard_swish", domain=INTERNAL)
def hard_swish(
    x: Value,
    *,
    zero: int,
    multiplier: int,
    exponent: int,
    inner_multiplier: int,
    inner_exponent: int,
    result_zero: int,
    dtype: DType,
) -> Value:
    """x * min(max(x + 3, 0), 6) / 6 in words: ``multiplier`` scales x as the result, ``inner_multiplier`` such that 3
    is the largest word."""
    wide = _shifted_left(Subtract()(Convert(DType.i32)(x), _word(zero)), _HIGH_BITS)
    outer = _product(wide, multiplier)
    inner = wide if inner_exponent <= 1 else _saturated(_shifted_left(wide, inner_exponent - 1))
    inner = _product(inner, inner_multiplier)
    if inner_exponent > 0:
        inner = _saturated(_shifted_left(inner, 1))
    inner = _rounded_shift(inner, -inner_exponent)
    inner = BitwiseRightShift()(Add()(inner, _word(1 << 15)), _word(1))
    product = Multiply()(inner, outer)
    below = BitwiseAnd()(BitwiseRightShift()(product, _word(_SIGN)), _word((1 << 15) - 1))
    truncated = BitwiseRightShift()(Add()(product, below), _word(15))
    made = Add()(_rounded_shift(truncated, -exponent), _word(result_zero))
    return Convert(dtype)(Clamp(*map(float, dtype.bounds))(made))


@TFLITE.imports("leaky", domain=INTERNAL)
def leaky(
    x: Value,
    slope: Value | None = None,
    *,
    scale: Tensor,
    zero: Tensor,
    axis: int,
    slope_zero: int,
    numbers: Tensor,
    shifts: Tensor,
    result_zero: int,
    dtype: DType,
) -> Value:
    """x where it is positive, else x times a slope; each has its own multiplier."""
    whole = integers(x, x.graph.constant(zero.astype(np.int32)), axis)
    negative = Clamp(-_MANY, 0.0)(whole)
    if slope is not None:
        negative = Multiply()(negative, integers(slope, x.graph.constant(np.array([slope_zero], np.int32)), 0))
    left, right = np.maximum(shifts, 0), np.maximum(-shifts, 0)
    above, below = (
        scaled(part, numbers[k], left[k], right[k]) for k, part in enumerate((Clamp(0.0, _MANY)(whole), negative))
    )
    made = Add()(Add()(above, below), np.asarray(result_zero, np.float64))
    return Convert(dtype)(Clamp(*map(float, dtype.bounds))(made))


@TFLITE.imports("bound", domain=INTERNAL)
def bound(x: Value, *, low: int, high: int) -> Value:
    """Integers between the bounds of an activation."""
    return Clamp(float(low), float(high))(x)


def _word(number: int) -> np.ndarray[tuple[()], np.dtype[np.int32]]:
    return np.asarray(number, np.int32)


def _saturated(x: Value) -> Value:
    return Clamp(*_WORDS)(x)


def _shifted_left(x: Value, bits: int) -> Value:
    return Multiply()(x, _word(1 << bits))


def _product(x: Value, multiplier: int) -> Value:
    """x * multiplier / 2^15, rounded, a half up."""
    return BitwiseRightShift()(Add()(Multiply()(x, _word(multiplier)), _word(1 << 14)), _word(15))


def _rounded_shift(x: Value, bits: int) -> Value:
    """x / 2^bits, rounded, a half away from zero."""
    if bits <= 0:
        return x
    half = Add()(x, _word((1 << bits) >> 1))
    return BitwiseRightShift()(Add()(half, BitwiseRightShift()(x, _word(_SIGN))), _word(bits))
