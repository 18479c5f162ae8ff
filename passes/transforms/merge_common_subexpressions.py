"""Common subexpressions: what is computed twice is computed once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable

import numpy as np

from dldt.compiler.graph import Graph, Node
from dldt.compiler.ops import Constant
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array
from dldt.passes.base import Pass, transform

_EDGE = 4096


@transform
class MergeCommonSubexpressions(Pass):
    """Two nodes of equal operation, attributes and inputs become one; so do two constants of equal bytes.

    ::

        x → Relu → a            x → Relu → a, b
        x → Relu → b        →
    """

    def apply(self, graph: Graph) -> int:
        """Merge in topological order; how many nodes went."""
        nodes = graph.order()
        digests = _digests([node for node in nodes if isinstance(node.op, Constant)])
        first: dict[Hashable, Node] = {}
        count = 0
        for node in nodes:
            key = digests.get(node.id) if isinstance(node.op, Constant) else _key(node)
            if key is None:
                continue
            kept = first.setdefault(key, node)
            if kept == node or kept.types != node.types:
                continue
            _merge(graph, kept, node)
            count += 1
        return count


def _merge(graph: Graph, kept: Node, node: Node) -> None:
    name = kept.name
    for old, new in zip(node.outputs, kept.outputs, strict=True):
        graph.replace(old, new)
    graph.rename_node(kept, name)
    graph.discard(node)


def _key(node: Node) -> Hashable | None:
    if node.op.has(Trait.INTERFACE) or node.op.bodies or not node.op.is_pure():
        return None
    inputs = tuple(None if v is None else (v.id, v.port) for v in node.inputs)
    try:
        hash(node.op)
    except TypeError:  # an attribute that cannot be compared cheaply
        return None
    return node.op, inputs


def _digests(constants: list[Node]) -> dict[int, Hashable]:
    """The key of each constant that has a possible twin: large weights that differ at their ends are never hashed."""
    groups: dict[Hashable, list[tuple[int, Array]]] = defaultdict(list)
    for node in constants:
        array = node.outputs[0].constant
        if array is not None:
            flat = _bytes(array)
            key = (array.dtype.str, array.shape, flat[:_EDGE].tobytes(), flat[-_EDGE:].tobytes())
            groups[key].append((node.id, array))
    found: dict[int, Hashable] = {}
    for group, members in groups.items():
        for node_id, array in members if len(members) > 1 else ():
            found[node_id] = (group, hashlib.blake2b(_bytes(array).data, digest_size=32).digest())
    return found


def _bytes(array: Array) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)
