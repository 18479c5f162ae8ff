"""The arithmetic with constants right before or behind the resize in the body of a loop over pictures."""

from __future__ import annotations

from collections.abc import Iterator

from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.tensor_record import TensorRecord

_ARITHMETIC = ("Sub", "Mul", "RealDiv", "Div", "AddV2", "Add")
_BEGIN, _END = "map/while/Preprocessor/unstack", "map/while/Preprocessor/stack"
"""The nodes between which a picture is resized."""


def scaling(body: GraphRecord) -> list[tuple[NodeRecord, TensorRecord, int]]:
    """The steps in their order, each with its constant and the place of that among its inputs."""
    begin, end = (next((n for n in body.nodes if f"/{n.name}".endswith(f"/{name}")), None) for name in (_BEGIN, _END))
    before = [] if begin is None else list(_before(body, begin))
    if before or end is None:
        return before[::-1]
    return list(_behind(body, end))


def _before(body: GraphRecord, node: NodeRecord) -> Iterator[tuple[NodeRecord, TensorRecord, int]]:
    makers = {name: each for each in body.nodes for name in each.outputs}
    for _ in body.nodes:
        given = [name for name in node.inputs if name not in body.initializers]
        step = makers.get(given[0]) if given else None
        found = None if step is None else _step(body, step)
        if found is None:
            return
        yield found
        node = found[0]


def _behind(body: GraphRecord, node: NodeRecord) -> Iterator[tuple[NodeRecord, TensorRecord, int]]:
    for _ in body.nodes:
        readers = [each for each in body.nodes if node.outputs[0] in each.inputs]
        found = _step(body, readers[0]) if len(readers) == 1 else None
        if found is None:
            return
        yield found
        node = found[0]


def _step(body: GraphRecord, node: NodeRecord) -> tuple[NodeRecord, TensorRecord, int] | None:
    """The node, if it is arithmetic with a constant."""
    places = [i for i, name in enumerate(node.inputs) if name in body.initializers]
    if node.op_type not in _ARITHMETIC or len(places) != 1 or len(node.inputs) != 2:
        return None
    return node, body.initializers[node.inputs[places[0]]], places[0]
