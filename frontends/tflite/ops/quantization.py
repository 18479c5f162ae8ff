"""Quantised tensors: what the reader puts round operations, and the operations that change between forms."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.bitwise import BitwiseAnd, BitwiseRightShift
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.fake_quantize import FakeQuantize
from dldt.compiler.types import DType
from dldt.frontends.engine.quantized import dequantized, integers, quantized
from dldt.frontends.engine.signature import Tensor
from dldt.frontends.tflite.framework import INTERNAL, TFLITE
from dldt.passes.fixed_point import scaled


@TFLITE.imports("dequantize", domain=INTERNAL)
def dequantize(x: Value, *, scale: Tensor, zero: Tensor, axis: int) -> Value:
    """(x - zero) * scale"""
    graph = x.graph
    wide = Convert(DType.i32)(x) if x.type.dtype is DType.i64 else x
    return dequantized(wide, graph.constant(scale), graph.constant(zero.astype(np.int32)), axis)


@TFLITE.imports("quantize", domain=INTERNAL)
def quantize(x: Value, *, scale: Tensor, zero: Tensor, axis: int, dtype: DType, ties_to_even: bool) -> Value:
    """saturate(round(x / scale) + zero)"""
    graph = x.graph
    if x.type.dtype is not DType.f32:
        raise InputError(f"numbers of type {x.type.dtype} are quantised, they must be f32")
    mode = "half_to_even" if ties_to_even else "half_away_from_zero"
    return quantized(x, graph.constant(scale), graph.constant(zero.astype(np.int32)), dtype, axis, mode)


@TFLITE.imports("whole", domain=INTERNAL)
def whole(x: Value, *, scale: Tensor, zero: Tensor, axis: int) -> Value:
    """x - zero"""
    return integers(x, x.graph.constant(zero.astype(np.int32)), axis)


@TFLITE.imports("rescale", domain=INTERNAL)
def rescale(x: Value, *, left: int, numbers: Tensor, shifts: Tensor) -> Value:
    """x * 2^left * numbers / 2^31 * 2^shifts, as whole doubles."""
    shifted = Multiply()(x, np.asarray(1 << left, np.float32))
    return scaled(shifted, numbers, np.maximum(shifts, 0), np.maximum(-shifts, 0))


@TFLITE.imports("requantize", domain=INTERNAL)
def requantize(
    sums: Value, *, zero: int, low: int, high: int, dtype: DType, once: bool, numbers: Tensor, shifts: Tensor
) -> Value:
    """sums * numbers / 2^31 * 2^shifts + zero, between bounds; numbers are one, or one for each place along the last
    axis."""
    left, right = (shifts, np.zeros_like(shifts)) if once else (np.maximum(shifts, 0), np.maximum(-shifts, 0))
    whole = scaled(sums, numbers, left, right)
    moved = Add()(whole, np.asarray(zero, np.float64)) if zero else whole
    return Convert(dtype)(Clamp(float(low), float(high))(moved))


@TFLITE.imports("byte", domain=INTERNAL)
def byte(x: Value, *, high: bool) -> Value:
    """The high byte of words, with their sign, or the low one, as floats."""
    if high:
        return Convert(DType.f32)(Convert(DType.i8)(BitwiseRightShift()(x, np.asarray(8, np.int16))))
    return Convert(DType.f32)(Convert(DType.u8)(BitwiseAnd()(x, np.asarray(255, np.int16))))


@TFLITE.imports("joined", domain=INTERNAL)
def joined(high: Value, low: Value, bias: Value | None = None) -> Value:
    """256 * high + low + bias, as doubles."""
    wide = Convert(DType.f64)
    total = Add()(Multiply()(wide(high), np.asarray(256.0)), wide(low))
    return total if bias is None else Add()(total, wide(bias))


@TFLITE.imports("QUANTIZE")
def quantize_1(input: Value) -> Value:
    """The nodes round it do it."""
    return input


@TFLITE.imports("DEQUANTIZE")
def dequantize_1(input: Value) -> Value:
    """Of integers the nodes round it do it; what is left is half precision."""
    return input if input.type.dtype is DType.f32 else Convert(DType.f32)(input)


@TFLITE.imports("DENSIFY")
def densify(input: Value) -> Value:
    """Sparse weights are dense already, as they are read."""
    return input


@TFLITE.imports("FAKE_QUANT")
def fake_quant(
    input: Value, *, min: float = 0.0, max: float = 0.0, num_bits: int = 0, narrow_range: bool = False
) -> Value:
    """``min`` and ``max`` are moved a little, so that 0 is one of the levels."""
    if not 2 <= num_bits <= 16 or not min < max:
        raise InputError(f"FAKE_QUANT of {num_bits} bits from {min} to {max}: 2 to 16 bits and min < max are needed")
    least = 1 if narrow_range else 0
    most = (1 << num_bits) - 1
    scale = (max - min) / (most - least)
    start = least - min / scale
    zero = least if start < least else most if start > most else int(np.floor(start + 0.5))
    low, high = (np.float32((edge - zero) * scale) for edge in (least, most))
    bounds = [np.asarray(bound, np.float32) for bound in (low, high, low, high)]
    return FakeQuantize(most - least + 1)(input, *bounds)
