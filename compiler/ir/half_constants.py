"""Weights in half precision, as OpenVINO's converter stores them: an f16 constant and a Convert to f32 behind it."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.core import Constant
from dldt.compiler.types import Array, DType

LARGEST = np.float32(65504)
RELATIVE_ERROR = 1e-3
"""An element that f16 stores with a larger error is one that it cannot hold."""
MOST = 0.75
"""A tensor of which f16 cannot hold this part of the elements stays as it is."""


def with_half_constants(graph: Graph) -> Graph:
    """A copy of ``graph`` whose constants of f32 and f64 are f16, but for those of which f16 cannot hold most elements.
    Elements that it cannot hold in the others become the nearest it can."""
    made = graph.copy()
    for part in made.walk():
        for node in list(part.order()):
            if isinstance(node.op, Constant) and node.types[0].dtype in (DType.f32, DType.f64):
                _compress(part, node.outputs[0], node.op.value)
    return made


def is_decompression(value: Value) -> bool:
    """Whether the tensor is an f16 constant as f32, which OpenVINO then keeps compressed in memory."""
    source = value.node.inputs[0] if isinstance(value.op, Convert) else None
    return source is not None and isinstance(source.op, Constant) and source.type.dtype is DType.f16


def _compress(graph: Graph, value: Value, array: Array) -> None:
    with np.errstate(all="ignore"):
        half = np.clip(array, -LARGEST, LARGEST).astype(np.float16)
        errors = np.abs(half.astype(array.dtype) - array)
        lost = np.count_nonzero((np.abs(array) > LARGEST) | (errors > RELATIVE_ERROR * np.abs(array)))
    if not array.size or lost >= MOST * array.size:
        return
    uses, name, names = value.uses, value.node.name, value.names
    converted = Convert(value.type.dtype)(graph.constant(half, name=f"{name}_compressed"), name=name)
    graph.rename(converted, names)
    graph.rename(value, ())
    for node, port in uses:
        graph.rewire(node, port, converted)
