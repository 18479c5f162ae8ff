"""Short loops turn by turn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.observer import Observer
from dldt.compiler.ops import Concat, Slice
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, SliceInput
from dldt.compiler.ops.repetition import Repetition
from dldt.passes.base import transform
from dldt.passes.inline_body import inline_body
from dldt.passes.local_pass import LocalPass, Places


@transform
class UnrollLoops(LocalPass):
    """A loop of known length is replaced by copies of its body, where there are at most ``turns`` of them with at most
    ``nodes`` nodes together: then constants fold and neighbours fuse across turns. A single turn always is, and a loop
    without a turn goes.

    ::

        2, x → Loop(state → f → state) → y        x → f → f → y
    """

    turns: int = 8
    nodes: int = 128

    def places(self, graph: Graph, observer: Observer) -> Places:
        """The loops of the graph, also those that come to light by unrolling."""
        seen: set[int] = set()
        while True:
            found = [node for node in graph.order() if node.id not in seen and self._pays(node)]
            if not found:
                return
            for node in found:
                seen.add(node.id)
                yield node, partial(_unroll, graph, node)

    def _pays(self, node: Node) -> bool:
        if not isinstance(node.op, Repetition):
            return False
        turns = _turns(node)
        if turns is None or not _has_known_parts(node, node.op, turns):
            return False
        size = sum(len(inner) - len(inner.inputs) - len(inner.outputs) for inner in node.bodies[0].walk())
        return turns <= 1 or (turns <= self.turns and turns * size <= self.nodes)


def _turns(node: Node) -> int | None:
    assert isinstance(node.op, Repetition)
    turns = node.op.turns([value.type for value in node.inputs if value is not None])
    return turns if isinstance(turns, int) else None


def _has_known_parts(node: Node, op: Repetition, turns: int) -> bool:
    """Whether the place of every slice is a number; without a turn, the shape of every output too, and each last value
    is one that was carried."""
    inputs = node.inputs
    for port in op.sliced:
        value = inputs[port.input]
        if value is None or not isinstance(value.type.shape[port.axis], int):
            return False
    carried = {port.result for port in op.carried}
    return turns > 0 or all(
        port.result in carried if isinstance(port, BodyOutput) else t.is_static
        for port, t in zip(op.output_map, node.types, strict=True)
    )


def _unroll(graph: Graph, node: Node) -> int:
    op, turns = node.op, _turns(node)
    assert isinstance(op, Repetition)
    assert turns is not None
    inputs = [value for value in node.inputs if value is not None]
    state = {port.parameter: inputs[port.input] for port in op.carried}
    made: list[list[Value]] = []
    for turn in range(turns):
        given = state | {port.parameter: inputs[port.input] for port in op.invariant}
        given |= {port.parameter: _part(port, inputs[port.input], turn) for port in op.sliced}
        if op.current_iteration is not None:
            t = op.body.inputs[op.current_iteration].type
            given[op.current_iteration] = graph.constant(np.full(t.static_shape, turn, t.dtype.numpy))
        ordered = [given[i] for i in range(len(op.body.inputs))]
        made.append(inline_body(graph, node.bodies[0], ordered, f"/turn_{turn}" if turns > 1 else ""))
        state = {port.parameter: made[-1][port.result] for port in op.carried}
    first = {port.result: inputs[port.input] for port in op.carried}
    for old, port in zip(node.outputs, op.output_map, strict=True):
        if isinstance(port, ConcatOutput):
            new = _joined(graph, port, old, [results[port.result] for results in made])
        else:
            new = made[-1][port.result] if made else first[port.result]
        graph.replace(old, new)
    graph.discard(node)
    return 1


def _part(port: SliceInput, value: Value, turn: int) -> Value:
    size = value.type.shape[port.axis]
    assert isinstance(size, int)
    place = port.place(turn, size)
    if place.start == 0 and place.stop == size:
        return value
    return Slice()(value, *(np.array([n], np.int64) for n in (place.start, place.stop, 1, port.axis)))


def _joined(graph: Graph, port: ConcatOutput, old: Value, parts: Sequence[Value]) -> Value:
    if not parts:
        return graph.constant(np.zeros(old.type.static_shape, old.type.dtype.numpy))
    if len(parts) == 1:
        return parts[0]
    ordered = parts if port.stride > 0 else parts[::-1]
    return Concat(port.axis)(*ordered)
