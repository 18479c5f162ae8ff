"""Pooling."""

from __future__ import annotations

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Multiply
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.pooling import AvgPool, MaxPool
from dldt.compiler.ops.rounding import Round
from dldt.compiler.ops.unary import Sqrt
from dldt.compiler.types import DType
from dldt.frontends.engine.channels_last import channels_first, channels_last
from dldt.frontends.tflite.activated import activated
from dldt.frontends.tflite.framework import TFLITE
from dldt.frontends.tflite.padding import auto_pad, check_rank, check_strides


@TFLITE.imports("MAX_POOL_2D")
def max_pool_2d(
    input: Value,
    *,
    padding: str = "SAME",
    stride_w: int = 0,
    stride_h: int = 0,
    filter_width: int = 0,
    filter_height: int = 0,
    fused_activation_function: str = "NONE",
) -> Value:
    """The largest of each window."""
    _check(input, (stride_h, stride_w), (filter_height, filter_width))
    op = MaxPool((stride_h, stride_w), (0, 0), (0, 0), (filter_height, filter_width), "floor", auto_pad(padding))
    return channels_last(activated(op(channels_first(input)), fused_activation_function))


@TFLITE.imports("AVERAGE_POOL_2D")
def average_pool_2d(
    input: Value,
    *,
    padding: str = "SAME",
    stride_w: int = 0,
    stride_h: int = 0,
    filter_width: int = 0,
    filter_height: int = 0,
    fused_activation_function: str = "NONE",
) -> Value:
    """The mean of each window, without its padding; of integers rounded, a half away from zero."""
    _check(input, (stride_h, stride_w), (filter_height, filter_width))
    op = _average((stride_h, stride_w), (filter_height, filter_width), padding)
    made = _mean(op, channels_first(input))
    return channels_last(activated(made, fused_activation_function))


@TFLITE.imports("L2_POOL_2D")
def l2_pool_2d(
    input: Value,
    *,
    padding: str = "SAME",
    stride_w: int = 0,
    stride_h: int = 0,
    filter_width: int = 0,
    filter_height: int = 0,
    fused_activation_function: str = "NONE",
) -> Value:
    """The square root of the mean square of each window."""
    _check(input, (stride_h, stride_w), (filter_height, filter_width))
    data = channels_first(input)
    mean = _average((stride_h, stride_w), (filter_height, filter_width), padding)(Multiply()(data, data))
    return channels_last(activated(Sqrt()(mean), fused_activation_function))


def _average(strides: tuple[int, int], kernel: tuple[int, int], padding: str) -> AvgPool:
    return AvgPool(strides, (0, 0), (0, 0), kernel, True, "floor", auto_pad(padding))


def _mean(op: AvgPool, data: Value) -> Value:
    if data.type.dtype.is_float:
        return op(data)
    wide = op(Convert(DType.f32)(data))
    return Convert(data.type.dtype)(Round("half_away_from_zero")(wide))


def _check(input: Value, strides: tuple[int, int], kernel: tuple[int, int]) -> None:
    check_rank(input, 4)
    check_strides(*strides)
    if min(kernel) < 1:
        raise InputError(f"a window of {list(kernel)} must be above 0")
