"""The probabilities of several classes, given those between every two: the iteration of Wu, Lin and Weng (2004)."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.activation import Clamp
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply, Subtract
from dldt.compiler.ops.body_ports import BodyOutput, InvariantInput, MergedInput, SliceInput
from dldt.compiler.ops.comparison import Less
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reduce import ReduceMax, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.types import Array, DType, TensorType

_TURNS = 100
_LEAST = 1e-7
_CLASSES = np.array([1], np.int64)


def coupled_probabilities(shares: Value, classes: int) -> Value:
    """``shares`` [N,pairs]: of each pair of classes the share of the first. The probabilities [N,classes] minimise what
    they miss of the shares; a row that is close enough stays."""
    first = Clamp(_LEAST, 1 - _LEAST)(shares)
    second = Subtract()(shares.graph.constant(_f32(1)), first)
    matrix = _matrix(first, second, classes)
    start = Add()(
        Multiply()(Gather()(first, np.zeros(classes, np.int64), np.array(1, np.int64)), _f32(0)), _f32(1 / classes)
    )
    body = Graph(f"{shares.graph.name}/{shares.name}/probabilities")
    body.parameter("turn", TensorType(DType.f32, (1,)))
    before, q = (
        body.parameter(name, TensorType(x.type.dtype, x.type.shape)) for name, x in (("p", start), ("q", matrix))
    )
    body.result(_turn(before, q, classes), "next")
    ports = (SliceInput(input=0, parameter=0), MergedInput(1, 1, 0), InvariantInput(2, 2))
    turns = np.zeros(_TURNS, np.float32)
    return TensorIterator(body, ports, (BodyOutput(0),))(shares.graph.constant(turns), start, matrix)


def _matrix(first: Value, second: Value, classes: int) -> Value:
    """[N,classes,classes]: beside the diagonal less the products of both shares of a pair, on it the sums of squares of
    the shares that the others have."""
    pairs = [(i, j) for i in range(classes) for j in range(i + 1, classes)]
    beside, low, high = np.zeros((3, len(pairs), classes, classes), np.float32)
    for place, (i, j) in enumerate(pairs):
        beside[place, i, j] = beside[place, j, i] = -1
        low[place, i, i] = high[place, j, j] = 1
    spread = [_spread(x, table) for x, table in (
        (Multiply()(first, second), beside), (Multiply()(second, second), low), (Multiply()(first, first), high)
    )]  # fmt: skip
    return Add()(Add()(spread[0], spread[1]), spread[2])


def _spread(x: Value, table: Array) -> Value:
    """A number of each pair where the table puts it."""
    flat = MatMul()(x, table.reshape(len(table), -1))
    return Reshape(special_zero=True)(flat, np.array([0, *table.shape[1:]], np.int64))


def _turn(p: Value, q: Value, classes: int) -> Value:
    product = ReduceSum(False)(Multiply()(q, Unsqueeze()(p, _CLASSES)), np.array([2], np.int64))
    total = ReduceSum(True)(Multiply()(p, product), _CLASSES)
    error = ReduceMax(True)(Abs()(Subtract()(product, total)), _CLASSES)
    close, old = Less()(error, _f32(0.005 / classes)), p
    for i in range(classes):
        row = Gather()(q, np.array(i, np.int64), np.array(1, np.int64))
        own, at = (Gather()(x, np.array([i], np.int64), np.array(1, np.int64)) for x in (row, product))
        step = Divide()(Subtract()(total, at), own)
        share = Add()(step, _f32(1))
        gained = Multiply()(step, Add()(Multiply()(step, own), Multiply()(at, _f32(2))))
        total = Divide()(Divide()(Add()(total, gained), share), share)
        product = Divide()(Add()(product, Multiply()(step, row)), share)
        p = Divide()(Add()(p, Multiply()(step, np.eye(classes, dtype=np.float32)[i])), share)
    return Select()(close, old, p)


def _f32(number: float) -> Array:
    return np.array(number, np.float32)
