"""Softmax and its logarithm: over everything from the axis on up to operation set 12, along the axis from 13 on."""

from __future__ import annotations

from dldt.compiler.dims import product
from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.softmax import LogSoftmax, Softmax8
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.shape import flatten_1


@ONNX.imports("Softmax", since=1)
def softmax_1(input: Value, *, axis: int = 1) -> Value:
    """Softmax of each row of the input flattened to a matrix at the axis."""
    return _flattened(input, axis, Softmax8)


@ONNX.imports("Softmax", since=13)
def softmax_13(input: Value, *, axis: int = -1) -> Value:
    """Softmax along the axis."""
    return Softmax8(_normal(input, axis))(input)


@ONNX.imports("LogSoftmax", since=1)
def log_softmax_1(input: Value, *, axis: int = 1) -> Value:
    """Its logarithm, of each row of the input flattened to a matrix at the axis."""
    return _flattened(input, axis, LogSoftmax)


@ONNX.imports("LogSoftmax", since=13)
def log_softmax_13(input: Value, *, axis: int = -1) -> Value:
    """Its logarithm, along the axis."""
    return LogSoftmax(_normal(input, axis))(input)


def _flattened(x: Value, axis: int, op: type[Softmax8] | type[LogSoftmax]) -> Value:
    at = _normal(x, axis)
    if product(x.type.shape[at + 1 :]) == 1:
        return op(at)(x)
    matrix: Op = op(1)
    return Reshape()(matrix(flatten_1(x, axis=at)), ShapeOf()(x))


def _normal(x: Value, axis: int) -> int:
    if not -x.type.rank <= axis < x.type.rank:
        raise InputError(f"axis {axis} is outside rank {x.type.rank}")
    return axis + x.type.rank if axis < 0 else axis
