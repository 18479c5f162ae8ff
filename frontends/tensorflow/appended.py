"""Lists to which every turn of a loop adds one item."""

from __future__ import annotations

from collections.abc import Collection

from dldt.frontends.engine.record import GraphRecord, needed
from dldt.frontends.tensorflow.counted import behind

_WRITES = {"TensorListSetItem": (0, 1), "TensorArrayWriteV3": (3, 1), "TensorArrayWriteV2": (3, 1)}
"""Where the list and the position of an item stand among the inputs."""
_PASSES = ("Identity", "StopGradient")


def appended(body: GraphRecord, position: int, turns: Collection[int]) -> bool:
    """Whether the body does nothing with a carried list but write the item whose number is that of the turn.
    ``turns``: the carried values that are this number."""
    names = list(body.inputs)
    makers = {name: node for node in body.nodes for name in node.outputs}
    node = makers.get(behind(body.outputs[position + 1], makers))
    if node is None or node.op_type not in _WRITES:
        return False
    ports = _WRITES[node.op_type]
    if len(node.inputs) <= max(ports) or behind(node.inputs[ports[0]], makers) != names[position]:
        return False
    counts = behind(node.inputs[ports[1]], makers) in {names[i] for i in turns}
    return counts and _readers(body, names[position]) == 1 and _readers(body, node.outputs[0]) == 1


def _readers(body: GraphRecord, name: str) -> int:
    """How many nodes that compute, and outputs, read a tensor, nodes that hand it on left out."""
    found = 0
    pending = [name]
    while pending:
        current = pending.pop()
        found += body.outputs.count(current)
        for node in body.nodes:
            if current not in needed(node):
                continue
            if node.op_type in _PASSES:
                pending.append(node.outputs[0])
            else:
                found += 1
    return found
