"""Quantised tensors in terms of plain operations: what the quantising operations of frameworks are built of."""

from __future__ import annotations

import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply, Subtract
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.rounding import Round
from dldt.compiler.types import DType
from dldt.frontends.engine.reshaped import reshaped

INTEGERS = (DType.u8, DType.i8, DType.u16, DType.i16)
"""The types of quantised tensors."""


def aligned(parameter: Value, x: Value, axis: int) -> Value:
    """A scale or zero point with the shape in which it is broadcast to ``x``: of one element, or of one for each place
    along the axis."""
    if parameter.type.elements == 1:
        return reshaped(parameter, ())
    if parameter.type.rank != 1:
        return parameter
    if not -x.type.rank <= axis < x.type.rank:
        raise InputError(f"axis {axis} is outside rank {x.type.rank}")
    shape: list[Dim] = [1] * x.type.rank
    shape[axis] = parameter.type.elements
    return reshaped(parameter, tuple(shape))


def integers(x: Value, zero: Value | None, axis: int = 1, dtype: DType = DType.f32) -> Value:
    """``x - zero`` as floats."""
    wide = Convert(dtype)(x)
    if zero is None or (zero.constant is not None and not zero.constant.any()):
        return wide
    placed = aligned(zero, x, axis)
    if placed.constant is not None:
        return Subtract()(wide, placed.constant.astype(dtype.numpy))
    return Subtract()(wide, Convert(dtype)(placed))


def dequantized(x: Value, scale: Value, zero: Value | None, axis: int = 1) -> Value:
    """(x - zero) * scale"""
    return Multiply()(integers(x, zero, axis, scale.type.dtype), aligned(scale, x, axis))


def rounded(x: Value, zero: Value | None, dtype: DType, axis: int = 1, mode: str = "half_to_even") -> Value:
    """``x`` rounded, plus ``zero``, saturated as ``dtype``."""
    if dtype not in INTEGERS:
        raise UnsupportedError(f"tensors are quantised to {', '.join(map(str, INTEGERS))}, not to {dtype}")
    whole = shifted(Round(mode)(x), zero, axis)
    low, high = dtype.bounds
    return Convert(dtype)(Clamp(float(low), float(high))(whole))


def shifted(x: Value, zero: Value | None, axis: int) -> Value:
    """``x`` plus ``zero``"""
    if zero is None or (zero.constant is not None and not zero.constant.any()):
        return x
    placed = aligned(zero, x, axis)
    known = placed.constant
    return Add()(x, Convert(x.type.dtype)(placed) if known is None else known.astype(x.type.dtype.numpy))


def quantized(
    x: Value, scale: Value, zero: Value | None, dtype: DType, axis: int = 1, mode: str = "half_to_even"
) -> Value:
    """saturate(round(x / scale) + zero)"""
    placed = aligned(scale, x, axis)
    if placed.type.dtype is not x.type.dtype:
        placed = Convert(x.type.dtype)(placed)
    return rounded(Divide()(x, placed), zero, dtype, axis, mode)


def requantized(sums: Value, scales: tuple[Value, Value, Value], zero: Value, axis: int = 1) -> Value:
    """Sums of products of integers, in the type of ``zero``: round(sums * (a * b / y)) + zero. The scales a and y have
    one element, b may have one for each place along the axis."""
    placed = (aligned(scale, sums, axis) for scale in scales)
    a, b, y = (s if s.type.dtype is sums.type.dtype else Convert(sums.type.dtype)(s) for s in placed)
    known = [scale.constant for scale in (a, b, y)]
    if all(scale is not None for scale in known):
        first, second, third = (np.asarray(scale, np.float32) for scale in known)
        return rounded(Multiply()(sums, np.asarray(first * second / third, np.float32)), zero, zero.type.dtype, axis)
    return rounded(Multiply()(sums, Divide()(Multiply()(a, b), y)), zero, zero.type.dtype, axis)
