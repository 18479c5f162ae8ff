"""The cycles of a network: nodes that read earlier, or later, frames of themselves."""

from __future__ import annotations

from typing import Any

import attrs
import networkx as nx

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.shown import shown
from dldt.frontends.kaldi.timed_network import FrameTap, TimedNetwork


@attrs.frozen
class Cycle:
    """Nodes of one cycle, in an order in which a frame of them can be computed."""

    members: tuple[str, ...]
    backward: bool
    """Whether they read later frames: the last frame is computed first."""
    inside: frozenset[str] = attrs.field(init=False)
    """The members, to ask whether a node is one."""

    @inside.default
    def _inside(self) -> frozenset[str]:
        return frozenset(self.members)


def in_order(network: TimedNetwork) -> list[tuple[str, ...] | Cycle]:
    """Every node once, what it reads before it: a single node, or those of a recurrence.

    Raises UnsupportedError where a cycle goes forward and backward in time, InputError where it stays in one frame.
    """
    graph = _graph(network)
    parts: Any = nx.condensation(graph)
    place = {name: i for i, name in enumerate(network.nodes)}
    first = {part: min(place[name] for name in parts.nodes[part]["members"]) for part in parts}
    found: list[tuple[str, ...] | Cycle] = []
    for part in nx.lexicographical_topological_sort(parts, key=first.__getitem__):
        members = parts.nodes[part]["members"]
        (name,) = members if len(members) == 1 else ("",)
        alone = len(members) == 1 and not graph.has_edge(name, name)
        found.append((name,) if alone else _recurrence(network, sorted(members, key=place.__getitem__)))
    return found


def recurrences(network: TimedNetwork) -> list[frozenset[str]]:
    """The nodes of each recurrence."""
    graph = _graph(network)
    parts = [frozenset(part) for part in nx.strongly_connected_components(graph)]
    return [part for part in parts if len(part) > 1 or all(graph.has_edge(name, name) for name in part)]


def _graph(network: TimedNetwork) -> Any:
    graph: Any = nx.DiGraph()
    graph.add_nodes_from(network.nodes)
    for name, node in network.nodes.items():
        graph.add_edges_from((tap.source, name) for tap in node.taps if tap.source in network.nodes)
    return graph


def _recurrence(network: TimedNetwork, members: list[str]) -> Cycle:
    inside = set(members)
    taps = [(name, tap) for name in members for tap in network.nodes[name].taps if tap.source in inside]
    ahead = [name for name, tap in taps if tap.offset > 0]
    behind = [name for name, tap in taps if tap.offset < 0]
    if ahead and behind:
        raise UnsupportedError(
            f"{network.path}: a recurrence reads later frames of itself (node {shown(ahead[0])}) and earlier ones "
            f"(node {shown(behind[0])}), so no frame can be the first"
        )
    for name, tap in taps:
        if tap.offset and tap.edge == "needed":
            raise InputError(
                f"{network.path}: node {shown(name)} needs frames of itself that are never there; write "
                f"IfDefined(Offset({tap.source}, {tap.offset}))"
            )
    graph: Any = nx.DiGraph()
    graph.add_nodes_from(members)
    graph.add_edges_from((tap.source, name) for name, tap in taps if not tap.offset)
    place = {name: i for i, name in enumerate(members)}
    try:
        ordered = tuple(nx.lexicographical_topological_sort(graph, key=place.__getitem__))
    except nx.NetworkXUnfeasible:
        raise InputError(f"{network.path}: node {shown(members[0])} reads itself in the same frame") from None
    return Cycle(ordered, bool(ahead))


def inner_delay(tap: FrameTap) -> int:
    """How many turns ago a recurrence made what the tap reads."""
    return abs(tap.offset)
