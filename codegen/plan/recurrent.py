"""Recurrent layers taken apart: one matrix product for the inputs of all steps, then the loop over the steps."""

from __future__ import annotations

import numpy as np

from dldt.codegen.kernels.recurrence.plan import loop_plan
from dldt.codegen.loop.recurrence import PackedRecurrence, Recurrence
from dldt.codegen.plan.in_memory import in_memory
from dldt.codegen.plan.packed_recurrent import packed_recurrent
from dldt.codegen.target import Target
from dldt.compiler import ops
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.op import Op
from dldt.compiler.shown import shown
from dldt.compiler.traits import Trait
from dldt.compiler.types import DType

_GATES: dict[type[Op], int] = {ops.LSTMSequence: 4, ops.GRUSequence: 3, ops.RNNSequence: 1}
_END = np.iinfo(np.int64).max


def expand_sequences(graph: Graph, target: Target) -> Graph:
    """The graph with every recurrent layer taken apart; a copy if there are any, else the graph itself.

    Raises UnsupportedError naming a layer whose numbers are neither f32 nor f64.
    """
    if not any(_sequences(inner) for inner in graph.walk()):
        return graph
    made = graph.copy()
    for inner in made.walk():
        for node in _sequences(inner):
            for old, new in zip(node.outputs, _expanded(node, target), strict=True):
                inner.replace(old, new)
        inner.prune()
    return made


def _sequences(graph: Graph) -> list[Node]:
    return [node for node in graph.order() if node.op.has(Trait.SEQUENCE)]


def _expanded(node: Node, target: Target) -> list[Value]:
    """The layer's outputs, made by simpler operations."""
    op = node.op
    assert isinstance(op, ops.LSTMSequence | ops.GRUSequence | ops.RNNSequence)
    gates = _GATES[type(op)]
    x, hidden, *cell, lengths, w, r, b = (v for v in node.inputs if v is not None)
    if w.type.dtype not in (DType.f32, DType.f64):
        raise UnsupportedError(
            f"{op.type} (node {shown(node.name)}) has {w.type.dtype} weights: native code is made for those of f32 and "
            "f64"
        )
    directions, size = _size(w, 0), op.hidden_size
    shared, own = b, None
    if isinstance(op, ops.GRUSequence) and op.linear_before_reset:
        shared, own = _columns(b, 0, 3 * size), _columns(b, 3 * size, 4 * size)
    matrix = _reshaped(w, (directions * gates * size, _size(w, 2)))
    projected = ops.Add()(ops.MatMul(False, True)(x, matrix), _reshaped(shared, (directions * gates * size,)))
    given = _lengths(lengths, x)
    fields = (gates, size, op.activations, op.clip, op.direction, op.parameters)
    loop = Recurrence(*fields)
    if r.constant is None:
        sizes = (loop, w.type.dtype, x.type.shape[0], target)
        plan = loop_plan(*sizes, ragged=given is not None, biased=own is not None)
        loop, r = PackedRecurrence(*fields), packed_recurrent(r, plan)
    extra = None if own is None else in_memory(own)
    state = in_memory(cell[0]) if cell else None
    every = loop(projected, r, in_memory(hidden), state, given, extra, name=node.name)
    rows = [_rows(every, 0, -loop.states)]
    lasts = [_rows(every, k - loop.states, k - loop.states + 1 or _END) for k in range(loop.states)]
    return rows + [ops.Squeeze()(last, np.array([2])) for last in lasts]


def _size(value: Value, axis: int) -> int:
    size = value.type.shape[axis]
    if not isinstance(size, int):
        raise UnsupportedError(
            f"the weights {shown(value.name)} of a recurrent layer need known sizes, not {value.type}"
        )
    return size


def _reshaped(value: Value, shape: tuple[int, ...]) -> Value:
    if value.constant is not None:
        return value.graph.constant(np.ascontiguousarray(value.constant.reshape(shape)))
    made: Value = ops.Reshape(False)(value, np.array(shape, np.int64))
    return made


def _columns(value: Value, first: int, end: int) -> Value:
    if value.constant is not None:
        return value.graph.constant(np.ascontiguousarray(value.constant[:, first:end]))
    made: Value = ops.Slice()(value, np.array([first]), np.array([end]), np.array([1]), np.array([1]))
    return made


def _lengths(lengths: Value, x: Value) -> Value | None:
    """The sequence lengths; None where every sequence is known to have all steps."""
    array = lengths.constant
    if array is not None and isinstance(x.type.shape[1], int) and (array == x.type.shape[1]).all():
        return None
    return in_memory(lengths)


def _rows(every: Value, first: int, end: int) -> Value:
    return ops.Slice()(every, np.array([first]), np.array([end]), np.array([1]), np.array([2]))
