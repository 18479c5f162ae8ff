"""The order of nodes in which producers come first."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sized


def topological_order(
    successors: Mapping[int, Mapping[int, Sized]], predecessors: Mapping[int, Mapping[int, Sized]]
) -> list[int]:
    """The nodes, producers first; of those that could come next, the one with the lowest number. Both tables give for
    each node its neighbours, each with the edges between the two. Nodes on a cycle, and behind one, are left out."""
    pending = {node: sum(map(len, sources.values())) for node, sources in predecessors.items()}
    ready = [node for node, degree in pending.items() if degree == 0]
    heapq.heapify(ready)
    found: list[int] = []
    while ready:
        node = heapq.heappop(ready)
        found.append(node)
        for target, edges in successors[node].items():
            pending[target] -= len(edges)
            if pending[target] == 0:
                heapq.heappush(ready, target)
    return found
