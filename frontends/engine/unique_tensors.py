"""Layers that write over their input: one name for several tensors."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.frontends.engine.record import NodeRecord


def unique_tensors(nodes: Sequence[NodeRecord]) -> tuple[NodeRecord, ...]:
    """``nodes``, which run in this order, with a name of its own for each tensor.

    A name that several nodes write stays with the last of them; what node ``conv`` wrote under it before becomes
    ``name/conv``. A node reads what stands under a name when its turn comes, and so nothing else changes.
    """
    writers: dict[str, int] = {}
    for index, node in enumerate(nodes):
        writers.update(dict.fromkeys(filter(None, node.outputs), index))
    taken = {name for node in nodes for name in (*node.inputs, *node.outputs)}
    current: dict[str, str] = {}
    made = []
    for index, node in enumerate(nodes):
        inputs = tuple(current.get(name, name) for name in node.inputs)
        for name in filter(None, node.outputs):
            current[name] = name if writers[name] == index else _free(f"{name}/{node.name or index}", taken)
        outputs = tuple(current.get(name, name) for name in node.outputs)
        made.append(attrs.evolve(node, inputs=inputs, outputs=outputs))
    return tuple(made)


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    taken.add(name)
    return name
