"""Constants, and what passes its input on: Constant, ConstantOfShape, Identity, Dropout."""

from __future__ import annotations

import math

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.known import known_array, known_dims
from dldt.frontends.engine.sequences import Imported
from dldt.frontends.engine.signature import Tensor
from dldt.frontends.engine.stored import StoredTensor, storage_type
from dldt.frontends.onnx.framework import ONNX

_MAX_FILLED = 1 << 31


@ONNX.imports("Constant", since=1)
def constant_1(*, value: Tensor, context: Context) -> Imported:
    """A tensor in the model."""
    return _constant(context, value)


@ONNX.imports("Constant", since=11)
def constant_11(*, value: Tensor | None = None, sparse_value: Tensor | None = None, context: Context) -> Imported:
    """A dense or a sparse tensor."""
    return _only(context, value, sparse_value)


@ONNX.imports("Constant", since=12)
def constant_12(
    *,
    value: Tensor | None = None,
    sparse_value: Tensor | None = None,
    value_float: float | None = None,
    value_floats: tuple[float, ...] | None = None,
    value_int: int | None = None,
    value_ints: tuple[int, ...] | None = None,
    value_string: str | None = None,
    value_strings: tuple[str, ...] | None = None,
    context: Context,
) -> Imported:
    """A tensor, a number or a list of numbers."""
    if value_string is not None or value_strings is not None:
        raise UnsupportedError("tensors of strings are not supported")
    floats = [None if v is None else np.array(v, np.float32) for v in (value_float, value_floats)]
    ints = [None if v is None else np.array(v, np.int64) for v in (value_int, value_ints)]
    return _only(context, value, sparse_value, *floats, *ints)


@ONNX.imports("ConstantOfShape", since=9)
def constant_of_shape_9(input: Value, *, value: Tensor | None = None) -> Value:
    """One number, repeated over a shape; a constant where the shape is known (at most 2**31 elements)."""
    number = np.zeros(1, np.float32) if value is None else value
    if number.size != 1:
        raise InputError(f"the value must be one number, it has {number.size} elements")
    dims = known_dims(input)
    if dims is None or not all(isinstance(dim, int) for dim in dims):
        return Broadcast()(input.graph.constant(number.reshape(())), input)
    shape = tuple(int(dim) for dim in dims)
    if any(dim < 0 for dim in shape):
        raise InputError(f"shape {list(shape)} has a negative dimension")
    if math.prod(shape) > _MAX_FILLED:
        raise InputError(f"shape {list(shape)} has {math.prod(shape)} elements, at most 2**31 are allowed")
    return input.graph.constant(np.broadcast_to(number.reshape(()), shape))  # the number lies in memory once


@ONNX.imports("Identity", since=1)
def identity_1(input: Imported) -> Imported:
    """The input itself."""
    return input


@ONNX.imports("Dropout", since=7)
def dropout_7(data: Value, *, ratio: float = 0.5) -> tuple[Value, None]:
    """The input itself: nothing is dropped in inference."""
    return data, None


@ONNX.imports("Dropout", since=12)
def dropout_12(
    data: Value, ratio: Value | None = None, training_mode: Value | None = None, *, seed: int | None = None
) -> tuple[Value, Value]:
    """The input itself, and a mask that keeps everything."""
    if training_mode is not None:
        known = known_array(training_mode)
        if known is None or known.any():
            raise UnsupportedError("training_mode is set, or computed at run time; only inference is supported")
    return data, _everything(data)


def _everything(data: Value) -> Value:
    return Broadcast()(data.graph.constant(np.array(True)), ShapeOf()(data))


def _only(context: Context, *values: Tensor | None) -> Imported:
    given = [value for value in values if value is not None]
    if len(given) != 1:
        raise InputError(f"Constant must have one value, {len(given)} are given")
    return _constant(context, given[0])


def _constant(context: Context, array: Tensor) -> Imported:
    kind = storage_type(array.dtype)
    return (
        context.graph.constant(array) if kind is None else StoredTensor(context.graph.constant(kind.raw(array)), kind)
    )
