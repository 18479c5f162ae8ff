"""Graphs whose data lies far from zero, where rewrites of arithmetic can cost accuracy; and the same in f64."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from dldt.compiler.graph import Value
from dldt.compiler.types import DType
from tests.passes.check import f32, graph_of, i64, random

C = np.float32([41, 7, 3, 0.1]).reshape(1, 4, 1, 1)
FAR = np.float32([101325, -88000.5, 4096.25, 1e6]).reshape(1, 4, 1, 1)
SHAPE = (2, 4, 5, 6)


def convolved(x: Value, size: int = 1, pads: int = 0) -> Value:
    weights = random(5, 4, size, size, seed=9)
    return ops.Convolution((1, 1), (pads, pads), (pads, pads), (1, 1))(x, weights)


def _normalized(x: Value, deviation: float) -> Value:
    gamma, beta = random(4, seed=1), random(4, seed=2)
    variance = np.full(4, deviation**2, np.float32)
    return ops.BatchNormInference(epsilon=1e-5)(x, gamma, beta, FAR.reshape(4), variance)


def _apart(x: Value) -> Value:
    """x without its mean, along the last axis."""
    return ops.Subtract()(x, ops.ReduceMean(keep_dims=True)(x, i64(3)))


def _layer_normalized(x: Value) -> Value:
    apart = _apart(x)
    variance = ops.ReduceMean(keep_dims=True)(ops.Multiply()(apart, apart), i64(3))
    scaled = ops.Divide()(apart, ops.Sqrt()(ops.Add()(variance, np.float32(1e-5))))
    return ops.Add()(ops.Multiply()(scaled, random(6, seed=3)), random(6, seed=4))


def _softmax(x: Value) -> Value:
    raised = ops.Exp()(ops.Subtract()(x, ops.ReduceMax(keep_dims=True)(x, i64(3))))
    return ops.Divide()(raised, ops.ReduceSum(keep_dims=True)(raised, i64(3)))


def _h_swish(x: Value) -> Value:
    bounded = ops.Clamp(0.0, 6.0)(ops.Add()(x, np.float32(3)))
    return ops.Divide()(ops.Multiply()(x, bounded), np.float32(6))


def _of_a_table(x: Value) -> Value:
    rows = ops.Gather()(FAR.reshape(4, 1) + random(4, 3), ops.Convert(DType.i64)(ops.Greater()(x, 0.0)), np.array(0))
    return ops.Divide()(ops.Subtract()(rows, FAR[0, 0, 0, 0]), np.float32(7))


FAR_AWAY = {
    "standard scores": lambda x: ops.Divide()(ops.Subtract()(x, FAR), C),
    "a sum and a product": lambda x: ops.Multiply()(ops.Add()(x, -FAR), C),
    "products around a sum": lambda x: ops.Multiply()(ops.Subtract()(ops.Multiply()(x, 1.0), FAR), C),
    "a sum before a convolution": lambda x: convolved(ops.Subtract()(x, FAR)),
    "a sum before a padded convolution": lambda x: convolved(ops.Subtract()(x, FAR), 3, 1),
    "standard scores before a convolution": lambda x: convolved(ops.Divide()(ops.Subtract()(x, FAR), C)),
    "standard scores before a padded one": lambda x: convolved(ops.Divide()(ops.Subtract()(x, FAR), C), 3, 1),
    "standard scores before a matrix product": lambda x: ops.MatMul()(
        ops.Divide()(ops.Subtract()(x, FAR[:, :, :, :1]), C), random(6, 3)
    ),
    "a normalisation of data": lambda x: _normalized(x, 0.5),
    "a normalisation before a convolution": lambda x: convolved(_normalized(x, 0.5)),
    "a normalisation, moved": lambda x: ops.ReLU()(_normalized(ops.Transpose()(x, i64(0, 1, 3, 2)), 0.5)),
    "a normalisation of what was computed": lambda x: _normalized(ops.Multiply()(x, 1.1), 0.5),
    "scores of scores": lambda x: ops.Divide()(
        ops.Subtract()(ops.Divide()(ops.Subtract()(x, FAR), C), 0.25), np.float32(0.3)
    ),
    "a scaled convolution": lambda x: ops.Add()(
        ops.Multiply()(convolved(x), random(1, 5, 1, 1, seed=5)), FAR[0, 0, 0, 0]
    ),
    "a standardised convolution": lambda x: ops.Divide()(
        ops.Subtract()(convolved(x, 3, 1), FAR[0, 0, 0, 0]), np.float32(41)
    ),
    "a scaled matrix product": lambda x: ops.Multiply()(ops.MatMul()(x, random(6, 3)), random(3, seed=6)),
    "a layer normalisation": _layer_normalized,
    "a softmax written out": _softmax,
    "a swish written out": lambda x: ops.Multiply()(_apart(x), ops.Sigmoid()(_apart(x))),
    "a hard swish written out": lambda x: _h_swish(ops.Subtract()(x, FAR)),
    "a mean of a mean": lambda x: ops.ReduceMean(keep_dims=True)(ops.ReduceMean(keep_dims=True)(x, i64(3)), i64(2)),
    "arithmetic of a table": _of_a_table,
    "a difference to the mean": lambda x: ops.Multiply()(
        ops.Subtract()(x, ops.ReduceMean(keep_dims=True)(x, i64(2, 3))), C
    ),
}


def data(spread: float) -> np.ndarray:
    """An input of this spread around the large offsets."""
    return (FAR + np.random.default_rng(3).standard_normal(SHAPE) * spread).astype(np.float32)


def widened(build, x: np.ndarray) -> np.ndarray:
    """The same graph on f64: every constant becomes one of f64."""
    graph = graph_of(lambda g: build(g.parameter("x", f32(*x.shape))))
    values: dict[Value, np.ndarray] = {}
    for node in graph.order():
        if isinstance(node.op, ops.Result):
            return values[node.inputs[0]]
        if isinstance(node.op, ops.Parameter):
            values[node.outputs[0]] = x.astype(np.float64)
        elif isinstance(node.op, ops.Constant):
            array = node.op.value
            values[node.outputs[0]] = array.astype(np.float64) if array.dtype.kind == "f" else array
        else:
            values[node.outputs[0]] = node.op.evaluate(*(None if v is None else values[v] for v in node.inputs))
    raise AssertionError("the graph has no result")
