"""Graphs whose data lies far from zero, where rewrites of arithmetic can cost accuracy; and the same in f64."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from dldt.compiler.graph import Value
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
