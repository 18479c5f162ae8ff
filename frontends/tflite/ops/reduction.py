"""Reductions over axes, and what normalises along them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Divide, Maximum, Multiply
from dldt.compiler.ops.normalization import LRN
from dldt.compiler.ops.reduce import (
    ReduceLogicalAnd,
    ReduceLogicalOr,
    ReduceMax,
    ReduceMean,
    ReduceMin,
    ReduceProd,
    ReduceSum,
)
from dldt.compiler.ops.softmax import LogSoftmax, Softmax8
from dldt.compiler.ops.squeeze import Squeeze
from dldt.compiler.ops.top_k import CumSum, TopK
from dldt.compiler.ops.unary import Sqrt
from dldt.compiler.types import DType
from dldt.frontends.engine.channels_last import channels_first, channels_last
from dldt.frontends.engine.known import required_int, required_ints
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.tflite.activated import activated
from dldt.frontends.tflite.element_types import required_type
from dldt.frontends.tflite.framework import TFLITE

_REDUCTIONS: dict[str, Callable[[bool], Callable[..., Value]]] = {
    "MEAN": ReduceMean,
    "SUM": ReduceSum,
    "REDUCE_PROD": ReduceProd,
    "REDUCE_MAX": ReduceMax,
    "REDUCE_MIN": ReduceMin,
    "REDUCE_ANY": ReduceLogicalOr,
    "REDUCE_ALL": ReduceLogicalAnd,
}


def _register(name: str, op: Callable[[bool], Callable[..., Value]]) -> None:
    @TFLITE.imports(name)
    def reduction(input: Value, axes: Value, *, keep_dims: bool = False) -> Value:
        along = tuple(dict.fromkeys(axis % max(input.type.rank, 1) for axis in required_ints(axes, "input 'axes'")))
        return op(keep_dims)(input, np.array(along, np.int64)) if along else input


for _name, _op in _REDUCTIONS.items():
    _register(_name, _op)


@TFLITE.imports("ARG_MAX")
def arg_max(input: Value, dimension: Value, *, output_type: str = "FLOAT32") -> Value:
    """The place of the largest along an axis, of equals the first."""
    return _place(input, dimension, output_type, "max")


@TFLITE.imports("ARG_MIN")
def arg_min(input: Value, dimension: Value, *, output_type: str = "FLOAT32") -> Value:
    """The place of the smallest along an axis, of equals the first."""
    return _place(input, dimension, output_type, "min")


def _place(x: Value, dimension: Value, output_type: str, mode: str) -> Value:
    axis = required_int(dimension, "input 'dimension'")
    kind = required_type(output_type, "output_type")
    places = TopK(axis, mode, "none", kind).all(x, np.array(1, np.int64))[1]
    return Squeeze()(places, np.array([axis], np.int64))


@TFLITE.imports("TOPK_V2")
def top_k(input: Value, k: Value) -> tuple[Value, ...]:
    """The largest along the last axis, and their places."""
    return TopK(-1, "max", "value", DType.i32).all(input, reshaped(k, ()))


@TFLITE.imports("CUMSUM")
def cumsum(input: Value, axis: Value, *, exclusive: bool = False, reverse: bool = False) -> Value:
    """Sums of all up to each place."""
    return CumSum(exclusive, reverse)(input, np.array(required_int(axis, "input 'axis'"), np.int64))


@TFLITE.imports("SOFTMAX")
def softmax(input: Value, *, beta: float = 0.0) -> Value:
    """exp(beta * x), divided by its sum over the last axis."""
    scaled = input if beta == 1 else Multiply()(input, np.array(beta, input.type.dtype.numpy))
    return Softmax8(-1)(scaled)


@TFLITE.imports("LOG_SOFTMAX")
def log_softmax(input: Value) -> Value:
    """The logarithm of the softmax along the last axis."""
    return LogSoftmax(-1)(input)


@TFLITE.imports("L2_NORMALIZATION")
def l2_normalization(input: Value, *, fused_activation_function: str = "NONE") -> Value:
    """x divided by the root of its square sum along the last axis, but by 1e-6 at least."""
    last = np.array([input.type.rank - 1], np.int64)
    length = Sqrt()(ReduceSum(True)(Multiply()(input, input), last))
    return activated(Divide()(input, Maximum()(length, np.array(1e-6, np.float32))), fused_activation_function)


@TFLITE.imports("LOCAL_RESPONSE_NORMALIZATION")
def local_response_normalization(
    input: Value, *, radius: int = 0, bias: float = 0.0, alpha: float = 0.0, beta: float = 0.0
) -> Value:
    """x / (bias + alpha * square sum of the channels up to radius away)^beta"""
    size = 2 * radius + 1
    op = LRN(alpha * size, beta, bias, size)
    return channels_last(op(channels_first(input), np.array([1], np.int64)))
