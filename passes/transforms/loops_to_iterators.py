"""Loops over the parts of a tensor, which they pick by the turn's number."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs
import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.observer import Observer
from dldt.compiler.ops import Gather, Loop, Squeeze, TensorIterator
from dldt.compiler.ops.body_ports import InputPort, InvariantInput, MergedInput, SliceInput
from dldt.compiler.traits import Trait
from dldt.compiler.types import TensorType
from dldt.passes.base import transform
from dldt.passes.local_pass import LocalPass, Places


@attrs.frozen
class _Pick:
    """A Gather of the body that picks part number ``turn`` along ``axis`` of what input ``input`` gives."""

    node: Node
    axis: int
    input: int
    keeps_axis: bool


@transform
class LoopsToIterators(LocalPass):
    """A Loop without a condition that does nothing with the number of its turn but pick the parts of tensors, as many
    as there are turns, takes these parts as slices.

    ::

        T, x[T,N,I] → Loop(i → Gather(x, i) → f) → y        x → TensorIterator(x[1,N,I] → Squeeze → f) → y
    """

    def places(self, graph: Graph, observer: Observer) -> Places:
        """The loops of the graph."""
        for node in graph.order():
            picks = _picks(node) if isinstance(node.op, Loop) else None
            if picks:
                yield node, partial(_replace, graph, node, picks)


def _picks(node: Node) -> list[_Pick] | None:
    """The picks, if the turn's number has no other use."""
    op: Any = node.op
    (body,) = node.bodies
    inputs = [value.type for value in node.inputs if value is not None]
    turns, start = op.turns(inputs), inputs[1].constant
    if turns is None or start is None or not np.all(start) or op.current_iteration is None:
        return None
    whole = {body.inputs[port.parameter]: port.input for port in op.invariant}
    found: list[_Pick] = []
    pending = [body.inputs[op.current_iteration]]
    while pending:
        number = pending.pop()
        for user, key in number.uses:
            if user.op.has(Trait.VIEW) and key == 0:
                pending.append(user.outputs[0])
                continue
            pick = _pick(user, key, number.type, whole, turns) if isinstance(user.op, Gather) else None
            if pick is None:
                return None
            found.append(pick)
    return found


def _pick(node: Node, key: int, number: TensorType, whole: dict[Value, int], turns: Dim) -> _Pick | None:
    data, _, axis = node.inputs
    op: Any = node.op
    place = whole.get(data) if data is not None else None
    if key != 1 or place is None or data is None or axis is None or axis.constant is None or number.rank > 1:
        return None
    at = int(axis.constant.item()) % data.type.rank
    if data.type.shape[at] != turns or op.batch_dims:
        return None
    return _Pick(node, at, place, number.rank == 1)


def _replace(graph: Graph, node: Node, picks: list[_Pick]) -> int:
    op: Any = node.op
    body = node.bodies[0].copy()
    carried = {body.inputs[port.parameter]: port for port in op.carried}
    invariant = {body.inputs[port.parameter]: port.input for port in op.invariant}
    sliced = {body.inputs[port.parameter]: port for port in op.sliced}
    results = list(body.outputs)
    number = body.inputs[op.current_iteration]
    parts: dict[tuple[int, int], Value] = {}
    for pick in picks:
        old = Node(body, pick.node.id).outputs[0]
        part = parts.get((pick.input, pick.axis))
        if part is None:
            data = pick.node.inputs[0]
            assert data is not None
            shape = tuple(1 if k == pick.axis else dim for k, dim in enumerate(data.type.shape))
            part = body.parameter(f"{data.name}/part_{len(parts)}", TensorType(data.type.dtype, shape))
            parts[pick.input, pick.axis] = part
        made = part if pick.keeps_axis else Squeeze()(part, np.array([pick.axis], np.int64))
        body.replace(old, made)
    kept = {port.result for port in (*op.output_map, *op.carried)}
    for place, result in enumerate(results):
        if place not in kept:
            body.remove_output(result)
    body.prune()
    body.remove_input(number)
    results_now = {place: body.outputs.index(result) for place, result in enumerate(results) if place in kept}
    ports: list[InputPort] = []
    for place, value in enumerate(body.inputs):
        if value in carried:
            port = carried[value]
            ports.append(MergedInput(port.input - 2, place, results_now[port.result]))
        elif value in invariant:
            ports.append(InvariantInput(invariant[value] - 2, place))
        elif value in sliced:
            ports.append(attrs.evolve(sliced[value], input=sliced[value].input - 2, parameter=place))
    places = {value: place for place, value in enumerate(body.inputs)}
    ports += [SliceInput(axis, input=given - 2, parameter=places[part]) for (given, axis), part in parts.items()]
    outputs = tuple(attrs.evolve(port, result=results_now[port.result]) for port in op.output_map)
    made_op = TensorIterator(body, tuple(ports), outputs)
    for old, new in zip(node.outputs, graph.add(made_op, node.inputs[2:], name=node.name), strict=True):
        graph.replace(old, new)
    graph.discard(node)
    return 1
