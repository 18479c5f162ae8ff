"""What passes without a pattern ask of a node, each as a question with its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from dldt.compiler import ops
from dldt.compiler.graph import Node
from dldt.compiler.op import Op
from dldt.compiler.traits import Trait
from dldt.passes.base import Pass

Questions: TypeAlias = Callable[[Node], Iterator[tuple[str, str]]]
"""Gives for a node each question, and what speaks against: empty, where the answer is yes."""


def asked(item: Pass, node: Node) -> Iterator[str]:
    """Lines about the pass at the node: up to the first question whose answer is no."""
    if item.name not in ASKED:
        yield "the pass has no pattern; what it does:"
        yield from (f"  {line}" for line in (item.__doc__ or "").strip().splitlines())
        return
    for question, against in ASKED[item.name](node):
        yield f"asks for {question}: {f'NO: {against}' if against else 'yes'}"
        if against:
            return
    if item.name != "remove-dead-code":
        yield "all that was asked speaks for it; what else decides:"
        yield from (f"  {line}" for line in (item.__doc__ or "").strip().splitlines())


def _of(*kinds: type[Op]) -> Questions:
    """Whether the node is one of these operations."""

    def questions(node: Node) -> Iterator[tuple[str, str]]:
        named = " or ".join(kind.type for kind in kinds)
        yield f"an operation {named}", "" if isinstance(node.op, kinds) else f"it is {node}"

    return questions


def _varying(node: Node) -> str:
    """The inputs that are no constants."""
    varying = [(k, value) for k, value in enumerate(node.inputs) if value is not None and value.constant is None]
    return ", ".join(f"input {k} is {value.node} {value.type}" for k, value in varying)


def _folded(node: Node) -> Iterator[tuple[str, str]]:
    edge = node.op.has(Trait.BOUNDARY) or isinstance(node.op, ops.Constant)
    yield "an operation that computes", f"it is {node}" if edge else ""
    yield "inputs that are all constants", _varying(node)
    yield "no bodies", f"{node} has bodies" if node.bodies else ""


def _chosen(node: Node) -> Iterator[tuple[str, str]]:
    yield from _of(ops.If)(node)
    condition = node.inputs[0] if node.inputs else None
    varies = condition is None or condition.constant is None
    yield "a condition that is a constant", f"it is {condition.node}" if varies and condition is not None else ""


def _constant_loop(node: Node) -> Iterator[tuple[str, str]]:
    yield from _of(ops.Loop, ops.TensorIterator)(node)
    yield "inputs that are all constants", _varying(node)


def _known(node: Node) -> Iterator[tuple[str, str]]:
    edge = node.op.has(Trait.BOUNDARY) or isinstance(node.op, ops.Constant)
    yield "an operation that computes", f"it is {node}" if edge else ""
    for value in node.outputs:
        content = value.type.value
        yield "a result whose content is known", f"nothing is known of {value.type}" if content is None else ""
        free = [str(item) for item in content or () if not isinstance(item, int)]
        yield "numbers alone in it", f"it depends on free dims: {', '.join(free)}" if free else ""


def _dead(node: Node) -> Iterator[tuple[str, str]]:
    reader = next((each for each in _readers(node) if each.op.has(Trait.BOUNDARY)), None)
    yield "a node that no Result and no sink reaches", "" if reader is None else f"{reader} is reached from it"


def _readers(node: Node) -> Iterator[Node]:
    """The node, and all that is computed from it."""
    pending, seen = [node], set[Node]()
    while pending:
        each = pending.pop()
        if each in seen:
            continue
        seen.add(each)
        yield each
        pending += [user for value in each.outputs for user, _ in value.uses]


def _equal(node: Node) -> Iterator[tuple[str, str]]:
    others = [each for each in node.graph.order() if each != node and type(each.op) is type(node.op)]
    yield f"another {node.op.type} in the graph", "" if others else "it is the only one"
    inputs = [each for each in others if each.inputs == node.inputs]
    read = ", ".join(str(value.node) for value in node.inputs if value is not None)
    yield f"one of these that reads the same ({read or 'nothing'})", "" if inputs else f"none of {len(others)} does"
    same = [each for each in inputs if each.op == node.op]
    yield "one of these with the same attributes", "" if same else f"none of {len(inputs)} has them"


ASKED: dict[str, Questions] = {
    "remove-dead-code": _dead,
    "loops-to-iterators": _of(ops.Loop),
    "loops-to-sequences": _of(ops.TensorIterator),
    "fold-loops": _constant_loop,
    "unroll-loops": _of(ops.Loop, ops.TensorIterator),
    "simplify-shapes": _known,
    "fold-constants": _folded,
    "inline-if": _chosen,
    "merge-common-subexpressions": _equal,
    "hoist-invariants": _of(ops.Loop, ops.TensorIterator),
}
