"""Constants of one element that kernels read from memory, so that many kernels that differ in them share a function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dldt.codegen.task.region import Region
from dldt.compiler.graph import Node, Value
from dldt.compiler.traits import Trait

MANY = 64
"""Up to so many regions of one kind have a function each, in which the constant is a number."""


def stored_scalars(regions: Iterable[Region | Node]) -> frozenset[Value]:
    """The constants of element-wise regions that many others have, too, with other constants."""
    kinds: dict[tuple[object, ...], dict[tuple[bytes, ...], list[Region]]] = {}
    for region in regions:
        if isinstance(region, Node) or not all(node.op.has(Trait.ELEMENTWISE) for node in region.nodes):
            continue
        scalars = tuple(value.constant.tobytes() for value in _scalars(region) if value.constant is not None)
        if scalars:
            kinds.setdefault(_kind(region), {}).setdefault(scalars, []).append(region)
    many = [alike for alike in kinds.values() if len(alike) > MANY]
    return frozenset(v for alike in many for each in alike.values() for region in each for v in _scalars(region))


def _kind(region: Region) -> tuple[object, ...]:
    """What two regions have in common that differ in constants, names and places."""
    number = {node: k for k, node in enumerate(region.nodes)}
    nodes = (
        (type(node.op).__name__, tuple(None if v is None else (number.get(v.node), v.type) for v in node.inputs))
        for node in region.nodes
    )
    return tuple(nodes)


def _scalars(region: Region) -> Iterator[Value]:
    for node in region.nodes:
        for value in node.inputs:
            if value is not None and value.constant is not None and value.constant.size == 1:
                yield value
