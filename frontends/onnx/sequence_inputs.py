"""Inputs that are sequences of tensors: as many inputs as the user names items."""

from __future__ import annotations

from collections.abc import Collection

import attrs

from dldt.frontends.engine.record import GraphRecord, NodeRecord


def with_items(record: GraphRecord, given: Collection[str]) -> GraphRecord:
    """The graph in which a sequence ``x`` among the inputs is made of the inputs ``x.0``, ``x.1`` … that ``given``
    names."""
    inputs = dict(record.inputs)
    nodes: list[NodeRecord] = []
    for name, declared in record.inputs.items():
        items = _items(name, given)
        if declared.item is None or not items:
            continue
        inputs = {key: value for key, value in inputs.items() if key != name}
        inputs |= dict.fromkeys(items, declared.item)
        nodes.append(NodeRecord("SequenceConstruct", f"{name}/items", items, (name,), version=11))
    return attrs.evolve(record, inputs=inputs, nodes=(*nodes, *record.nodes)) if nodes else record


def _items(name: str, given: Collection[str]) -> tuple[str, ...]:
    found = 0
    while f"{name}.{found}" in given:
        found += 1
    return tuple(f"{name}.{i}" for i in range(found))
