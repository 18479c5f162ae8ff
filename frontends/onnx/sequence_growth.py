"""Sequences that a loop does nothing with but append to them."""

from __future__ import annotations

from dldt.frontends.engine.record import GraphRecord, NodeRecord, needed


def only_grows(body: GraphRecord, start: str, end: str) -> bool:
    """Whether output ``end`` of the body is its input ``start`` with items appended, and nothing else reads the
    sequence on the way."""
    users: dict[str, list[NodeRecord]] = {}
    for node in body.nodes:
        for name in needed(node):
            users.setdefault(name, []).append(node)
    current, grown = start, False
    while current != end:
        reading = users.get(current, [])
        if len(reading) != 1 or current in body.outputs or not _appends(reading[0], current):
            return False
        grown = grown or reading[0].op_type == "SequenceInsert"
        current = reading[0].outputs[0]
    return grown and not users.get(end)


def _appends(node: NodeRecord, sequence: str) -> bool:
    if node.domain or not node.inputs or node.inputs[0] != sequence:
        return False
    if node.op_type == "Identity":
        return True
    return node.op_type == "SequenceInsert" and len([name for name in node.inputs if name]) == 2 and not node.bodies
