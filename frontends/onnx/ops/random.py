"""Random numbers: a hash of the position and of the node's seed, so that a run gives what the run before gave.

A node without a seed has one from its name. Numbers of 24 bits come from the finaliser of MurmurHash3; normal ones from
two of them by Box and Muller. Other runtimes draw other numbers from the same distributions.
"""

from __future__ import annotations

import zlib

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.bitwise import BitwiseRightShift, BitwiseXor
from dldt.compiler.ops.comparison import LessEqual
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.reduce import ReduceMax, ReduceProd, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.top_k import CumSum
from dldt.compiler.ops.unary import Cos, Exp, Log, Sqrt
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.onnx.element_types import element_type
from dldt.frontends.onnx.framework import ONNX


@ONNX.imports("RandomUniform", since=1)
def random_uniform_1(
    *,
    shape: tuple[int, ...],
    dtype: int = 1,
    high: float = 1.0,
    low: float = 0.0,
    seed: float | None = None,
    context: Context,
) -> Value:
    """Numbers between low and high."""
    made = _uniform(context.graph.constant(np.array(shape, np.int64)), _seed(seed, context))
    return Convert(element_type(dtype, "attribute 'dtype'"))(_between(made, low, high))


@ONNX.imports("RandomUniformLike", since=1)
def random_uniform_like_1(
    input: Value,
    *,
    dtype: int | None = None,
    high: float = 1.0,
    low: float = 0.0,
    seed: float | None = None,
    context: Context,
) -> Value:
    """As many as another tensor has."""
    made = _between(_uniform(ShapeOf()(input), _seed(seed, context)), low, high)
    return Convert(_like(input, dtype))(made)


@ONNX.imports("RandomNormal", since=1)
def random_normal_1(
    *,
    shape: tuple[int, ...],
    dtype: int = 1,
    mean: float = 0.0,
    scale: float = 1.0,
    seed: float | None = None,
    context: Context,
) -> Value:
    """Normally distributed numbers."""
    made = _normal(context.graph.constant(np.array(shape, np.int64)), _seed(seed, context))
    return Convert(element_type(dtype, "attribute 'dtype'"))(Add()(Multiply()(made, scale), mean))


@ONNX.imports("RandomNormalLike", since=1)
def random_normal_like_1(
    input: Value,
    *,
    dtype: int | None = None,
    mean: float = 0.0,
    scale: float = 1.0,
    seed: float | None = None,
    context: Context,
) -> Value:
    """As many as another tensor has."""
    made = _normal(ShapeOf()(input), _seed(seed, context))
    return Convert(_like(input, dtype))(Add()(Multiply()(made, scale), mean))


@ONNX.imports("Multinomial", since=7)
def multinomial_7(
    input: Value, *, dtype: int = 6, sample_size: int = 1, seed: float | None = None, context: Context
) -> Value:
    """For each row of logarithms of probabilities, classes that are drawn by these."""
    if input.type.rank != 2 or sample_size < 1:
        raise InputError(f"rows of classes and a sample are needed, not {input.type} and {sample_size} draws")
    wide = Convert(DType.f32)(input)
    weights = Exp()(Subtract()(wide, ReduceMax(True)(wide, np.array([1]))))
    upto = CumSum()(weights, np.array(1, np.int64))
    rows = ReduceSum(True)(weights, np.array([1]))
    count = Multiply()(ShapeOf()(input), np.array([1, 0], np.int64))
    drawn = _uniform(Add()(count, np.array([0, sample_size], np.int64)), _seed(seed, context))
    below = LessEqual()(Unsqueeze()(upto, np.array([1])), Unsqueeze()(Multiply()(drawn, rows), np.array([2])))
    return Convert(element_type(dtype, "attribute 'dtype'"))(ReduceSum()(Convert(DType.i32)(below), np.array([2])))


def _like(x: Value, dtype: int | None) -> DType:
    return x.type.dtype if dtype is None else element_type(dtype, "attribute 'dtype'")


def _seed(seed: float | None, context: Context) -> int:
    given = repr(float(seed)) if seed is not None else context.node.title
    return zlib.crc32(given.encode())


def _between(x: Value, low: float, high: float) -> Value:
    return Add()(Multiply()(x, high - low), low)


def _uniform(shape: Value, seed: int) -> Value:
    """f32 numbers from 0 to 1, without 1."""
    count = ReduceProd()(shape, np.array([0], np.int64))
    number = Range(DType.i64)(np.array(0, np.int64), count, np.array(1, np.int64))
    mixed = Add()(Multiply()(Convert(DType.u32)(number), _u32(0x9E3779B9)), _u32(seed))
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        mixed = Multiply()(BitwiseXor()(mixed, BitwiseRightShift()(mixed, _u32(shift))), _u32(factor))
    mixed = BitwiseXor()(mixed, BitwiseRightShift()(mixed, _u32(16)))
    made = Multiply()(Convert(DType.f32)(BitwiseRightShift()(mixed, _u32(8))), float(2.0**-24))
    return Reshape()(made, shape)


def _normal(shape: Value, seed: int) -> Value:
    """f32 numbers of mean 0 and variance 1."""
    first, second = (_uniform(shape, zlib.crc32(f"{seed}/{k}".encode())) for k in (1, 2))
    above = Subtract()(first.graph.constant(np.array(1, np.float32)), first)
    return Multiply()(Sqrt()(Multiply()(Log()(above), -2.0)), Cos()(Multiply()(second, float(2 * np.pi))))


def _u32(number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
    return np.array(number, np.uint32)
