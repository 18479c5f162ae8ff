"""A small model with all that a dump shows: a branch, a normalisation that is folded, a constant that is computed."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType


def small_model() -> Graph:
    """x → convolution → scale → shift → swish by parts → y, and a sum beside it."""
    graph, random = Graph("small"), np.random.default_rng(3)
    graph.metadata = {"framework": "none"}
    x = graph.parameter("x", TensorType(DType.f32, (1, 4, 12, 12)))
    weights = random.standard_normal((8, 4, 3, 3)).astype(np.float32)
    same = dict(strides=(1, 1), pads_begin=(1, 1), pads_end=(1, 1), dilations=(1, 1))
    summed = ops.Convolution(**same)(x, weights, name="conv")
    scale = ops.Add()(graph.constant(np.float32(1), "one"), graph.constant(np.float32(0.5), "half"), name="scale")
    scaled = ops.Multiply()(summed, scale, name="scaled")
    shifted = ops.Add()(scaled, random.standard_normal((1, 8, 1, 1)).astype(np.float32), name="shifted")
    gate = ops.Sigmoid()(shifted, name="gate")
    graph.result(ops.Multiply()(shifted, gate, name="swish"), "y")
    graph.result(ops.ReduceMean(False)(shifted, np.array([2, 3]), name="mean"), "m")
    return graph


def small_inputs() -> dict[str, np.ndarray]:
    """An input for it."""
    return {"x": np.random.default_rng(5).standard_normal((1, 4, 12, 12)).astype(np.float32)}
