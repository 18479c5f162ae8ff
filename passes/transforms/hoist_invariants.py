"""What every turn of a loop computes alike."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs

from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.observer import Observer
from dldt.compiler.ops.body_ports import InvariantInput
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.traits import Trait
from dldt.passes.base import transform
from dldt.passes.local_pass import LocalPass, Places


@transform
class HoistInvariants(LocalPass):
    """What depends neither on carried values nor on slices is computed once, before the loop.

    ::

        w → Loop(state, w → Exp → · + state)        w → Exp → Loop(state, e → · + state)
    """

    def places(self, graph: Graph, observer: Observer) -> Places:
        """The loops out of which something can be moved, from the innermost outward; each node counts."""
        for part in reversed(list(graph.walk())):
            for node in part.order():
                moved = _moved(node) if isinstance(node.op, Repetition) else set()
                if moved:
                    yield node, partial(_hoist, part, node, moved)


def _moved(node: Node) -> set[Node]:
    """What can be moved out of the body; nothing, where nothing in it would be read then."""
    op: Any = node.op
    (body,) = node.bodies
    moved = _movable(body, {body.inputs[port.parameter] for port in op.invariant})
    return moved if any(_leaves(value, moved) for part in moved for value in part.outputs) else set()


def _hoist(graph: Graph, node: Node, moved: set[Node]) -> int:
    op: Any = node.op
    (body,) = node.bodies
    given = {body.inputs[port.parameter]: node.inputs[port.input] for port in op.invariant}
    wanted = [v for part in body.order() if part in moved for v in part.outputs if _leaves(v, moved)]
    outer: dict[Value, Value] = {inner: value for inner, value in given.items() if value is not None}
    for part in body.order():
        if part in moved or (part.op.has(Trait.SOURCE) and not part.op.has(Trait.INTERFACE)):
            _add(graph, part, outer, moved)
    inputs = [value for value in node.inputs if value is not None]
    ports = list(op.input_map)
    for value in wanted:
        made = body.parameter(_fresh(body, value.name), attrs.evolve(outer[value].type, value=None, constant=None))
        ports.append(InvariantInput(len(inputs), len(body.inputs) - 1))
        inputs.append(outer[value])
        body.replace(value, made)
    body.prune()
    changed = attrs.evolve(op, input_map=tuple(ports))
    for old, new in zip(node.outputs, graph.add(changed, inputs, name=node.name), strict=True):
        graph.replace(old, new)
    graph.discard(node)
    return len(moved)


def _movable(body: Graph, invariant: set[Value]) -> set[Node]:
    """The pure operations that depend on invariant inputs, and otherwise on constants alone."""
    moved: set[Node] = set()
    known = set(invariant)
    for node in body.order():
        if node.op.has(Trait.BOUNDARY) or node.bodies or not node.op.is_pure():
            continue
        values = [value for value in node.inputs if value is not None]
        if all(value in known or value.constant is not None for value in values) and not known.isdisjoint(values):
            moved.add(node)
            known |= set(node.outputs)
    return moved


def _leaves(value: Value, moved: set[Node]) -> bool:
    return any(user not in moved for user, _ in value.uses)


def _add(graph: Graph, part: Node, outer: dict[Value, Value], moved: set[Node]) -> None:
    """The node once more outside; a constant only where a moved node reads it."""
    if part not in moved and not any(user in moved for value in part.outputs for user, _ in value.uses):
        return
    made = graph.add(part.op, [None if v is None else outer[v] for v in part.inputs], name=part.name)
    outer.update(zip(part.outputs, made, strict=True))


def _fresh(body: Graph, wanted: str) -> str:
    taken = {value.node.name for value in body.inputs}
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name
