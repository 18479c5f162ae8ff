"""Loops over a recurrent cell."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs
import numpy as np

from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.observer import Observer
from dldt.compiler.op import Op
from dldt.compiler.ops import (
    Broadcast,
    Gather,
    GRUCell,
    GRUSequence,
    LSTMCell,
    LSTMSequence,
    RNNCell,
    RNNSequence,
    ShapeOf,
    Squeeze,
    TensorIterator,
    Transpose,
    Unsqueeze,
)
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, SliceInput
from dldt.compiler.traits import Trait
from dldt.passes.base import transform
from dldt.passes.local_pass import LocalPass, Places
from dldt.passes.recurrent_cell import with_cell

_SEQUENCES: dict[type[Op], type[Op]] = {LSTMCell: LSTMSequence, GRUCell: GRUSequence, RNNCell: RNNSequence}
_MOST_NODES = 64


@attrs.frozen
class _CellLoop:
    """A TensorIterator whose body is one cell: the cell, the port of its data, and the loop's inputs that give its
    states and weights, in the order of the cell's inputs."""

    cell: Node
    slices: SliceInput
    states: tuple[Value, ...]
    weights: tuple[Value, ...]


@transform
class LoopsToSequences(LocalPass):
    """A TensorIterator that runs one LSTMCell, GRUCell or RNNCell over the steps of its input is the sequence of that
    cell; likewise one whose body is the arithmetic of such a cell.

    ::

        x[N,T,I] → TensorIterator(x[N,1,I] → Squeeze → LSTMCell → Unsqueeze) → y        x → LSTMSequence → Squeeze → y
    """

    def places(self, graph: Graph, observer: Observer) -> Places:
        """The loops of the graph."""
        for node in graph.order():
            if not isinstance(node.op, TensorIterator):
                continue
            found = _cell_loop(node)
            if found is not None:
                yield node, partial(_replace, graph, node, found)
                continue
            made = _with_cell(graph, node)
            found = None if made is None else _cell_loop(made)
            if made is not None and found is not None:
                yield node, partial(_replace_both, graph, node, made, found)
            if made is not None:
                graph.discard(made)  # where nothing was done with it


def _with_cell(graph: Graph, node: Node) -> Node | None:
    """A loop beside this one, in whose body there is a cell in place of its arithmetic; None where it is no cell."""
    body = with_cell(node.bodies[0]) if _is_small(node) else None
    if body is None:
        return None
    op: Any = node.op
    return graph.add(attrs.evolve(op, body=body), node.inputs, name=node.name)[0].node


def _replace_both(graph: Graph, node: Node, made: Node, found: _CellLoop) -> int:
    for old, new in zip(node.outputs, made.outputs, strict=True):
        graph.replace(old, new)
    graph.discard(node)
    return _replace(graph, made, found)


def _is_small(node: Node) -> bool:
    """Whether the body may be the arithmetic of a cell: it has at most two states, and few nodes."""
    op: Any = node.op
    return len(op.sliced) == 1 and 1 <= len(op.carried) <= 2 and len(node.bodies[0]) <= _MOST_NODES


def _cell_loop(node: Node) -> _CellLoop | None:
    op: Any = node.op
    (body,) = node.bodies
    cells = [inner for inner in body.order() if type(inner.op) in _SEQUENCES]
    if len(cells) != 1 or len(op.sliced) != 1:
        return None
    (cell,), (slices,) = cells, op.sliced
    x, *rest = cell.inputs
    count = len(cell.types)
    states, weights = rest[:count], rest[count:]
    if not slices.is_whole or slices.part_size != 1 or slices.axis > 1 or x is None:
        return None
    known = {cell, *(value.node for value in body.inputs), *body.outputs}
    if not _is_step(x, body.inputs[slices.parameter], slices.axis, known):
        return None
    carried = {body.inputs[port.parameter]: port for port in op.carried}
    outer = {body.inputs[port.parameter]: node.inputs[port.input] for port in (*op.carried, *op.invariant)}
    results = body.output_values
    for state, new in zip(states, cell.outputs, strict=True):
        port = carried.get(state)
        if port is None or results[port.result] != new:
            return None
    if len(op.carried) != count or not _are_steps(node, cell, slices, known):
        return None
    given = [_outer(node.graph, value, outer) for value in weights]
    first = [outer.get(state) for state in states]
    constants = {value.node for value in weights if value is not None}
    if any(value is None for value in (*given, *first)) or not set(body.order()) <= known | constants | _shapes(known):
        return None
    return _CellLoop(cell, slices, tuple(v for v in first if v is not None), tuple(v for v in given if v is not None))


def _is_step(x: Value, part: Value, axis: int, known: set[Node]) -> bool:
    """Whether ``x`` is the part without its axis of one step: through operations that change the shape alone."""
    current = x
    while current != part:
        source = current.inputs[0] if current.op.has(Trait.VIEW) else None
        if source is None:
            return False
        known.add(current.node)
        current = source
    shape = part.type.shape
    return x.type.shape == (*shape[:axis], *shape[axis + 1 :])


def _are_steps(node: Node, cell: Node, slices: SliceInput, known: set[Node]) -> bool:
    """Whether each output is a state of the last step, or the hidden states of all steps in the order of the slices."""
    op: Any = node.op
    results = node.bodies[0].output_values
    for port in op.output_map:
        value = results[port.result]
        if isinstance(port, BodyOutput):
            if value not in cell.outputs:
                return False
            continue
        whole = port.is_whole and port.part_size == 1 and port.axis <= 1 and (port.stride > 0) == (slices.stride > 0)
        if not whole or not _is_step_of(value, cell.outputs[0], port.axis, known):
            return False
    return True


def _is_step_of(value: Value, hidden: Value, axis: int, known: set[Node]) -> bool:
    current = value
    while current != hidden:
        source = current.inputs[0] if current.op.has(Trait.VIEW) else None
        if source is None:
            return False
        known.add(current.node)
        current = source
    shape = hidden.type.shape
    return value.type.shape == (*shape[:axis], 1, *shape[axis:])


def _shapes(known: set[Node]) -> set[Node]:
    """The constants that say the shapes of the operations in ``known``."""
    return {v.node for node in known for v in node.inputs[1:] if v is not None and v.constant is not None}


def _outer(graph: Graph, value: Value | None, outer: dict[Value, Value | None]) -> Value | None:
    """A weight outside: the loop's input, or the constant again."""
    if value is None:
        return None
    return graph.constant(value.constant, name=value.node.name) if value.constant is not None else outer.get(value)


def _replace(graph: Graph, node: Node, found: _CellLoop) -> int:
    op: Any = node.op
    cell: Any = found.cell.op
    data = node.inputs[found.slices.input]
    assert data is not None
    x = data if found.slices.axis == 1 else _swapped(data)
    direction = "forward" if found.slices.stride > 0 else "reverse"
    common: dict[str, Any] = {
        "activations": cell.activations,
        "activations_alpha": cell.activations_alpha,
        "activations_beta": cell.activations_beta,
        "clip": cell.clip,
        "direction": direction,
    }
    build: Any = _SEQUENCES[type(cell)]
    if isinstance(cell, GRUCell):
        common["linear_before_reset"] = cell.linear_before_reset
    states = [_with_axis(state, 1) for state in found.states]
    weights = [_with_axis(weight, 0) for weight in found.weights]
    every, *last = build(cell.hidden_size, **common).all(x, *states, _lengths(x), *weights, name=node.name)
    steps = Squeeze()(every, np.array([1], np.int64))
    results = node.bodies[0].output_values
    for old, port in zip(node.outputs, op.output_map, strict=True):
        if isinstance(port, ConcatOutput):
            graph.replace(old, steps if port.axis == 1 else _swapped(steps))
        else:
            place = found.cell.outputs.index(results[port.result])
            graph.replace(old, Squeeze()(last[place], np.array([1], np.int64)))
    graph.discard(node)
    return 1


def _swapped(value: Value) -> Value:
    return Transpose()(value, np.array([1, 0, 2], np.int64))


def _with_axis(value: Value, axis: int) -> Value:
    return Unsqueeze()(value, np.array([axis], np.int64))


def _lengths(x: Value) -> Value:
    """The lengths of the sequences: all are whole."""
    batch, steps = x.type.shape[:2]
    if isinstance(batch, int) and isinstance(steps, int):
        return x.graph.constant(np.full(batch, steps, np.int64))
    dims = [Gather()(ShapeOf()(x), np.array([axis], np.int64), np.array(0, np.int64)) for axis in (1, 0)]
    return Broadcast()(*dims)
