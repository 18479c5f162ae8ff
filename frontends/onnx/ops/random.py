"""Random numbers: those that Philox gives for the node's seed, so that a run gives what the run before gave.

A node without a seed has one from its name. Normal numbers come from two even ones by Box and Muller. Other runtimes
draw other numbers from the same distributions.
"""

from __future__ import annotations

import zlib

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.drawing import Multinomial
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.random_uniform import RandomUniform
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.unary import Cos, Log, Sqrt
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
    made = _uniform(context.graph.constant(np.array(shape, np.int64)), _seed(seed, context), low, high)
    return Convert(element_type(dtype, "attribute 'dtype'"))(made)


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
    made = _uniform(ShapeOf()(input), _seed(seed, context), low, high)
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
    drawing = Multinomial(
        element_type(dtype, "attribute 'dtype'"),
        with_replacement=True,
        log_probs=True,
        global_seed=_seed(seed, context),
    )
    return drawing.compose(input, context.graph.constant(np.array(sample_size, np.int64)))[0]


def _like(x: Value, dtype: int | None) -> DType:
    return x.type.dtype if dtype is None else element_type(dtype, "attribute 'dtype'")


def _seed(seed: float | None, context: Context) -> int:
    given = repr(float(seed)) if seed is not None else context.node.title
    return zlib.crc32(given.encode())


def _uniform(shape: Value, seed: int, low: float = 0.0, high: float = 1.0) -> Value:
    """f32 numbers from low to high, without high."""
    return RandomUniform(DType.f32, seed)(shape, np.array(low, np.float32), np.array(high, np.float32))


def _normal(shape: Value, seed: int) -> Value:
    """f32 numbers of mean 0 and variance 1."""
    first, second = (_uniform(shape, zlib.crc32(f"{seed}/{k}".encode())) for k in (1, 2))
    above = Subtract()(first.graph.constant(np.array(1, np.float32)), first)
    return Multiply()(Sqrt()(Multiply()(Log()(above), -2.0)), Cos()(Multiply()(second, float(2 * np.pi))))
