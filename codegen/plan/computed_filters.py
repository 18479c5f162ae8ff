"""Convolutions whose filters are computed: these are packed while the model runs, before register tiles read them."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.loop.packed_convolution import PackedConvolution
from dldt.codegen.target import Target
from dldt.compiler import ops
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.types import DType, Shape

_TYPES = (DType.f32, DType.f64)


def pack_computed_filters(graph: Graph, target: Target) -> Graph:
    """The graph in which every convolution with computed filters reads packed ones; a copy if there are any.

    ::

        Convolution(x, w)   →   PackedConvolution(x, Transpose(Reshape(Pad(w))))

    The filters are padded to whole vectors of output channels. What packs them is one kernel, into which what computes
    them may be fused.
    """
    if not any(_wanted(inner) for inner in graph.walk()):
        return graph
    made = graph.copy()
    for inner in made.walk():
        for node in _wanted(inner):
            inner.replace(node.outputs[0], _packed(node, target.block))
        inner.prune()
    return made


def _wanted(graph: Graph) -> list[Node]:
    return [node for node in graph.order() if type(node.op) in (ops.Convolution, ops.GroupConvolution) and _can(node)]


def _can(node: Node) -> bool:
    """Whether register tiles are for it: where each output channel reads one channel, loops need no packing."""
    data, filters = node.inputs
    assert data is not None
    assert filters is not None
    shape = _shape(node)
    known = all(isinstance(dim, int) and dim for dim in shape) and shape[1:3] != (1, 1)
    return filters.constant is None and known and data.type.rank in (3, 4) and data.type.dtype in _TYPES


def _shape(node: Node) -> Shape:
    """Groups, outputs, inputs, kernel."""
    filters = node.inputs[1]
    assert filters is not None
    return filters.type.shape if isinstance(node.op, ops.GroupConvolution) else (1, *filters.type.shape)


def _packed(node: Node, lanes: int) -> Value:
    data, filters = node.inputs
    assert data is not None
    assert filters is not None
    shape = tuple(dim for dim in _shape(node) if isinstance(dim, int))
    none = np.zeros(len(shape), np.int64)
    missing = none.copy()
    missing[1] = -shape[1] % lanes
    padded = ops.Pad("constant")(_reshaped(filters, shape), none, missing, np.zeros((), filters.type.dtype.numpy))
    split = _reshaped(padded, (shape[0], -(-shape[1] // lanes), lanes, *shape[2:]))
    order = np.array([0, 1, *range(3, len(shape) + 1), 2])
    names = (field.name for field in attrs.fields(ops.GroupConvolution))
    op = PackedConvolution(**{name: getattr(node.op, name) for name in names}, filters=shape)
    made: Value = op(data, ops.Transpose()(split, order), name=node.name)
    return made


def _reshaped(value: Value, shape: tuple[int, ...]) -> Value:
    made: Value = ops.Reshape(False)(value, np.array(shape, np.int64))
    return made
