"""QuantizeLinear and DequantizeLinear: for a tensor, for places along an axis, or for blocks of such."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Divide, Multiply, Subtract
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.rounding import Round
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.types import DType
from dldt.frontends.engine.quantized import aligned, dequantized, quantized, shifted
from dldt.frontends.engine.sequences import Imported
from dldt.frontends.engine.stored import StorageType, StoredTensor
from dldt.frontends.onnx.element_types import STORAGE_CODES, element_type
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.narrow import narrowed, saturated, widened


@ONNX.imports("QuantizeLinear", since=10)
def quantize_linear_10(x: Value, y_scale: Value, y_zero_point: Imported | None = None) -> Imported:
    """saturate(round(x / y_scale) + y_zero_point), in the type of the zero point (u8 without)."""
    return _quantized(x, y_scale, y_zero_point, 1)


@ONNX.imports("QuantizeLinear", since=13)
def quantize_linear_13(x: Value, y_scale: Value, y_zero_point: Imported | None = None, *, axis: int = 1) -> Imported:
    """As before; a scale for each place along the axis is possible."""
    return _quantized(x, y_scale, y_zero_point, axis)


@ONNX.imports("QuantizeLinear", since=19)
def quantize_linear_19(
    x: Value, y_scale: Value, y_zero_point: Imported | None = None, *, axis: int = 1, saturate: int = 1
) -> Imported:
    """As before; ``saturate`` concerns 8-bit floats alone."""
    return _quantized(x, y_scale, y_zero_point, axis, saturate=bool(saturate))


@ONNX.imports("QuantizeLinear", since=21)
def quantize_linear_21(
    x: Value,
    y_scale: Value,
    y_zero_point: Imported | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
    saturate: int = 1,
) -> Imported:
    """As before; the type may be given, and a scale for each block of places."""
    return _quantized(x, y_scale, y_zero_point, axis, output_dtype, block_size, bool(saturate))


@ONNX.imports("QuantizeLinear", since=23)
def quantize_linear_23(
    x: Value,
    y_scale: Value,
    y_zero_point: Imported | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
    precision: int = 0,
    saturate: int = 1,
) -> Imported:
    """As before; the type of the division may be given."""
    if precision not in (0, 1):
        raise UnsupportedError(f"QuantizeLinear divides as f32, not in the precision {precision} that is asked for")
    return _quantized(x, y_scale, y_zero_point, axis, output_dtype, block_size, bool(saturate))


@ONNX.imports("DequantizeLinear", since=10)
def dequantize_linear_10(x: Imported, x_scale: Value, x_zero_point: Imported | None = None) -> Value:
    """(x - x_zero_point) * x_scale"""
    return _dequantized(x, x_scale, x_zero_point, 1)


@ONNX.imports("DequantizeLinear", since=13)
def dequantize_linear_13(x: Imported, x_scale: Value, x_zero_point: Imported | None = None, *, axis: int = 1) -> Value:
    """As before; a scale for each place along the axis is possible."""
    return _dequantized(x, x_scale, x_zero_point, axis)


@ONNX.imports("DequantizeLinear", since=21)
def dequantize_linear_21(
    x: Imported, x_scale: Value, x_zero_point: Imported | None = None, *, axis: int = 1, block_size: int = 0
) -> Value:
    """As before; a scale for each block of places is possible."""
    return _dequantized(x, x_scale, x_zero_point, axis, block_size)


@ONNX.imports("DequantizeLinear", since=23)
def dequantize_linear_23(
    x: Imported,
    x_scale: Value,
    x_zero_point: Imported | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
) -> Value:
    """As before; the type may be given."""
    made = _dequantized(x, x_scale, x_zero_point, axis, block_size)
    return Convert(element_type(output_dtype))(made) if output_dtype else made


def _quantized(
    x: Value,
    scale: Value,
    zero: Imported | None,
    axis: int,
    output_dtype: int = 0,
    block_size: int = 0,
    saturate: bool = True,
) -> Imported:
    wanted = _type_of(zero, output_dtype)
    wide = x if x.type.dtype.is_float else Convert(DType.f32)(x)
    scale, start = _spread(scale, x, axis, block_size), None if zero is None else _numbers(zero)
    start = None if start is None else _spread(start, x, axis, block_size)
    if isinstance(wanted, DType):
        return quantized(wide, scale, start, wanted, axis)
    placed = aligned(scale, x, axis)
    parts = Divide()(wide, placed if placed.type.dtype is wide.type.dtype else Convert(wide.type.dtype)(placed))
    if wanted.is_float:
        return narrowed(parts, wanted, saturate=saturate)
    return saturated(shifted(Round("half_to_even")(parts), start, axis), wanted)


def _dequantized(x: Imported, scale: Value, zero: Imported | None, axis: int, block_size: int = 0) -> Value:
    start = None if zero is None else _numbers(zero)
    numbers = _numbers(x)
    scale = _spread(scale, numbers, axis, block_size)
    start = None if start is None else _spread(start, numbers, axis, block_size)
    if numbers.type.dtype.is_float:
        dtype = scale.type.dtype
        wide = numbers if dtype is DType.f32 else Convert(dtype)(numbers)
        if start is not None:
            wide = Subtract()(wide, Convert(dtype)(aligned(start, numbers, axis)))
        return Multiply()(wide, aligned(scale, numbers, axis))
    return dequantized(numbers, scale, start, axis)


def _type_of(zero: Imported | None, output_dtype: int) -> DType | StorageType:
    if isinstance(zero, StoredTensor):
        return zero.kind
    if isinstance(zero, Value):
        return zero.type.dtype
    if not output_dtype:
        return DType.u8
    return STORAGE_CODES.get(output_dtype) or element_type(output_dtype, "attribute 'output_dtype'")


def _numbers(x: Imported) -> Value:
    """The numbers of a tensor; integers stay what they are."""
    if isinstance(x, StoredTensor):
        return widened(x) if x.kind.is_float else x.bits
    if not isinstance(x, Value):
        raise InputError("a tensor is needed, this is a sequence")
    return x


def _spread(parameter: Value, x: Value, axis: int, block_size: int) -> Value:
    """A scale or zero point of blocks, repeated for the places in each block."""
    if not block_size or parameter.type.elements == 1:
        return parameter
    rank = x.type.rank
    if parameter.type.rank != rank or not -rank <= axis < rank or block_size < 0:
        raise InputError(f"scales {parameter.type} do not fit blocks of {block_size} along axis {axis} of {x.type}")
    at = np.array(axis % rank, np.int64)
    size = Gather()(ShapeOf()(x), at, np.array(0, np.int64))
    places = Range(DType.i64)(np.array(0, np.int64), size, np.array(1, np.int64))
    return Gather()(parameter, Divide()(places, np.array(block_size, np.int64)), at)
