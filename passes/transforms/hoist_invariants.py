"""What every turn of a loop computes alike."""

from __future__ import annotations

from typing import Any

import attrs

from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.ops.body_ports import InvariantInput
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.traits import Trait
from dldt.passes.base import Pass, transform


@transform
class HoistInvariants(Pass):
    """What depends neither on carried values nor on slices is computed once, before the loop.

    ::

        w → Loop(state, w → Exp → · + state)        w → Exp → Loop(state, e → · + state)
    """

    def apply(self, graph: Graph) -> int:
        """Move what can be moved out of the loops of the graph, from the innermost outward; how many nodes."""
        count = 0
        for part in reversed(list(graph.walk())):
            loops = [node for node in part.order() if isinstance(node.op, Repetition)]
            count += sum(_hoist(part, node) for node in loops)
        return count


def _hoist(graph: Graph, node: Node) -> int:
    op: Any = node.op
    (body,) = node.bodies
    given = {body.inputs[port.parameter]: node.inputs[port.input] for port in op.invariant}
    moved = _movable(body, set(given))
    wanted = [value for part in moved for value in part.outputs if _leaves(value, moved)]
    if not wanted:
        return 0
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
