"""Sound graphs only: one producer a tensor, none missing, no cycle; nodes sorted producers first."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from pathlib import Path

from dldt.compiler.did_you_mean import did_you_mean
from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.engine.record import GraphRecord, NodeRecord, needed


def ordered(graph: GraphRecord, file: Path, outer: Iterable[str] = ()) -> list[NodeRecord]:
    """The nodes that outputs and effects need, producers first, ties in file order. ``outer``: what a body may use.

    Raises InputError on two producers of a tensor, a missing tensor or a cycle.
    """
    producers = _producers(graph, file)
    given = {*graph.initializers, *graph.inputs, *outer}
    needs = [needed(node) for node in graph.nodes]
    for name in graph.outputs:
        if name not in producers and name not in given:
            raise InputError(f"{file}: output {shown(name)} is produced by no node{did_you_mean(name, producers)}")
    wanted = _wanted(graph, producers, needs, given, file)
    return [graph.nodes[index] for index in _sorted(graph, wanted, producers, needs, file)]


def _producers(graph: GraphRecord, file: Path) -> dict[str, int]:
    producers: dict[str, int] = {}
    for index, node in enumerate(graph.nodes):
        for name in node.outputs:
            if not name:
                continue
            if name in producers:
                other = graph.nodes[producers[name]]
                raise InputError(f"{file}: tensor {shown(name)} has two producers, {other} and {node}")
            if name in graph.initializers or name in graph.inputs:
                kind = "an initialiser" if name in graph.initializers else "an input"
                raise InputError(f"{file}: tensor {shown(name)} is {kind} and an output of {node}")
            producers[name] = index
    return producers


def _wanted(
    graph: GraphRecord, producers: dict[str, int], needs: list[tuple[str, ...]], given: set[str], file: Path
) -> set[int]:
    wanted: set[int] = set()
    pending = [producers[name] for name in (*graph.outputs, *graph.effects) if name in producers]
    while pending:
        index = pending.pop()
        if index in wanted:
            continue
        wanted.add(index)
        for name in needs[index]:
            if name in producers:
                pending.append(producers[name])
            elif name not in given:
                hint = did_you_mean(name, [*producers, *given])
                raise InputError(f"{file}: {graph.nodes[index]} takes tensor {shown(name)}, which nothing gives{hint}")
    return wanted


def _sorted(
    graph: GraphRecord, wanted: set[int], producers: dict[str, int], needs: list[tuple[str, ...]], file: Path
) -> list[int]:
    sources = {index: {producers[name] for name in needs[index] if name in producers} for index in wanted}
    consumers: dict[int, list[int]] = {index: [] for index in wanted}
    for index, found in sources.items():
        for source in found:
            consumers[source].append(index)
    missing = {index: len(found) for index, found in sources.items()}
    ready = [index for index, count in missing.items() if count == 0]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        index = heapq.heappop(ready)
        order.append(index)
        for consumer in consumers[index]:
            missing[consumer] -= 1
            if missing[consumer] == 0:
                heapq.heappush(ready, consumer)
    if len(order) < len(wanted):
        raise InputError(f"{file}: the graph has a cycle: {_cycle(graph, sources, set(order))}")
    return order


def _cycle(graph: GraphRecord, sources: dict[int, set[int]], done: set[int]) -> str:
    """Walk from producer to producer among the unsorted nodes until one comes again."""
    current = min(index for index in sources if index not in done)
    path: list[int] = []
    seen: set[int] = set()
    while current not in seen:
        seen.add(current)
        path.append(current)
        current = min(source for source in sources[current] if source not in done)
    loop = [*path[path.index(current) :], current][::-1]
    names = [str(graph.nodes[index]) for index in loop]
    return " → ".join(names if len(names) <= 12 else [*names[:11], "…"])
