"""Recurrent layers taken apart: one matrix product for the inputs of all steps, then the loop over the steps."""

from __future__ import annotations

import numpy as np

from dldt.codegen.loop.recurrence import Recurrence
from dldt.codegen.plan.in_memory import in_memory
from dldt.compiler import ops
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.op import Op
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType

_GATES: dict[type[Op], int] = {ops.LSTMSequence: 4, ops.GRUSequence: 3, ops.RNNSequence: 1}
_END = np.iinfo(np.int64).max


def expand_sequences(graph: Graph) -> Graph:
    """The graph with every recurrent layer taken apart; a copy if there are any, else the graph itself.

    Raises UnsupportedError naming a layer whose weights are computed or whose numbers are not f32.
    """
    if not any(_sequences(inner) for inner in graph.walk()):
        return graph
    made = graph.copy()
    for inner in made.walk():
        for node in _sequences(inner):
            for old, new in zip(node.outputs, _expanded(node), strict=True):
                inner.replace(old, new)
        inner.prune()
    return made


def _sequences(graph: Graph) -> list[Node]:
    return [node for node in graph.order() if node.op.has(Trait.SEQUENCE)]


def _expanded(node: Node) -> list[Value]:
    """The layer's outputs, made by simpler operations."""
    op = node.op
    assert isinstance(op, ops.LSTMSequence | ops.GRUSequence | ops.RNNSequence)
    gates = _GATES[type(op)]
    x, hidden, *cell, lengths, w, r, b = (v for v in node.inputs if v is not None)
    weights, recurrent, bias = (_known(node, v) for v in (w, r, b))
    directions, size = len(weights), op.hidden_size
    shared, own = bias, None
    if isinstance(op, ops.GRUSequence) and op.linear_before_reset:
        shared, own = bias[:, : 3 * size], np.ascontiguousarray(bias[:, 3 * size :])
    matrix = np.ascontiguousarray(weights.reshape(directions * gates * size, -1))
    projected = ops.Add()(ops.MatMul(False, True)(x, matrix), np.ascontiguousarray(shared.reshape(-1)))
    loop = Recurrence(gates, size, op.activations, op.clip, op.direction, op.parameters)
    given = _lengths(lengths, x)
    extra = None if own is None else in_memory(x.graph.constant(own))
    state = in_memory(cell[0]) if cell else None
    every = loop(projected, recurrent, in_memory(hidden), state, given, extra, name=node.name)
    rows = [_rows(every, 0, -loop.states)]
    lasts = [_rows(every, k - loop.states, k - loop.states + 1 or _END) for k in range(loop.states)]
    return rows + [ops.Squeeze()(last, np.array([2])) for last in lasts]


def _known(node: Node, value: Value) -> Array:
    if value.constant is None or value.type.dtype is not DType.f32:
        what = "computed" if value.constant is None else str(value.type.dtype)
        raise UnsupportedError(
            f"{node.op.type} (node {node.name!r}) has {what} weights: native code is made for constants of f32"
        )
    return value.constant


def _lengths(lengths: Value, x: Value) -> Value | None:
    """The sequence lengths; None where every sequence is known to have all steps."""
    array = lengths.constant
    if array is not None and isinstance(x.type.shape[1], int) and (array == x.type.shape[1]).all():
        return None
    return in_memory(lengths)


def _rows(every: Value, first: int, end: int) -> Value:
    return ops.Slice()(every, np.array([first]), np.array([end]), np.array([1]), np.array([2]))
