"""Pictures of what a pass changed: the changed nodes and those around them, as SVG."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

import attrs

from dldt.debug.snapshot import NodeEntry

HOPS = 2
MOST_NODES = 40
WIDTH, HEIGHT, GAP_X, GAP_Y = 168, 34, 14, 26


@attrs.frozen
class Drawing:
    """A picture as an ``<svg>`` element, and how many nodes of the neighbourhood it leaves out."""

    svg: str
    left_out: int


def draw(before: Mapping[str, NodeEntry], after: Mapping[str, NodeEntry], seeds: Iterable[str]) -> Drawing:
    """The nodes within two edges of ``seeds``, in both snapshots at once: class ``added``, ``removed``, ``changed`` or
    ``kept``; edges likewise. Producers stand above consumers."""
    entries = {**before, **after}
    edges = _edges(before) | _edges(after)
    chosen, left_out = _neighbourhood([seed for seed in seeds if seed in entries], edges, entries)
    shown = [(a, b) for a, b in sorted(edges) if a in chosen and b in chosen]
    places = _places(chosen, shown)
    old, new = _edges(before), _edges(after)
    lines = [_edge(places[a], places[b], _kind((a, b) in old, (a, b) in new)) for a, b in shown]
    for key in chosen:
        same = before.get(key) == after.get(key)
        kind = _kind(key in before, key in after) if same or key not in before or key not in after else "changed"
        lines.append(_box(entries[key], places[key], kind))
    width = max((x for x, _ in places.values()), default=0) + WIDTH + 2
    height = max((y for _, y in places.values()), default=0) + HEIGHT + 2
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="-1 -1 {width} {height}">'
    )
    return Drawing("\n".join([head, *lines, "</svg>"]), left_out)


def _edges(entries: Mapping[str, NodeEntry]) -> set[tuple[str, str]]:
    return {(source, entry.identity) for entry in entries.values() for source in entry.producers if source in entries}


def _neighbourhood(
    seeds: list[str], edges: set[tuple[str, str]], entries: Mapping[str, NodeEntry]
) -> tuple[list[str], int]:
    """The nodes to draw, in the order of ``entries``; how many more there would be."""
    near: dict[str, list[str]] = {}
    for a, b in sorted(edges):
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    reached = dict.fromkeys(seeds)
    level = list(reached)
    for _ in range(HOPS):
        level = [other for key in level for other in near.get(key, ()) if other not in reached]
        reached.update(dict.fromkeys(level))
    kept = set(list(reached)[:MOST_NODES])  # seeds first, then what is nearest
    return [key for key in entries if key in kept], len(reached) - len(kept)


def _places(chosen: list[str], edges: list[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Layers by the longest path from above; within a layer, nodes stand below their producers."""
    above: dict[str, list[str]] = {}
    for a, b in edges:
        above.setdefault(b, []).append(a)
    depth = dict.fromkeys(chosen, 0)
    for _ in chosen:  # replaced and new nodes may stand in any order, so levels are found by repetition
        moved = {b: max(depth[a] + 1 for a in above[b]) for b in above}
        if all(depth[b] == level for b, level in moved.items()) or max(moved.values()) > len(chosen):
            break
        depth.update(moved)
    rows: dict[int, list[str]] = {}
    for key in chosen:
        rows.setdefault(depth[key], []).append(key)
    places: dict[str, tuple[int, int]] = {}
    for number, level in enumerate(sorted(rows)):
        order = sorted(rows[level], key=lambda key: _middle(above.get(key, ()), places))
        for column, key in enumerate(order):
            places[key] = (column * (WIDTH + GAP_X), number * (HEIGHT + GAP_Y))
    return places


def _middle(sources: Iterable[str], places: Mapping[str, tuple[int, int]]) -> float:
    known = [places[source][0] for source in sources if source in places]
    return sum(known) / len(known) if known else 0.0


def _kind(before: bool, after: bool) -> str:
    if before and after:
        return "kept"
    return "added" if after else "removed"


def _edge(start: tuple[int, int], end: tuple[int, int], kind: str) -> str:
    x1, y1, x2, y2 = start[0] + WIDTH // 2, start[1] + HEIGHT, end[0] + WIDTH // 2, end[1]
    return f'<path class="edge {kind}" d="M{x1} {y1}C{x1} {y1 + 16} {x2} {y2 - 16} {x2} {y2}"/>'


def _box(entry: NodeEntry, place: tuple[int, int], kind: str) -> str:
    x, y = place
    name = entry.name if len(entry.name) <= 24 else f"…{entry.name[-23:]}"
    return (
        f'<g class="node {kind}" data-node="{html.escape(entry.identity)}">'
        f"<title>{html.escape(entry.text[:400])}</title>"
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="4"/>'
        f'<text x="{x + 6}" y="{y + 14}" class="op">{html.escape(entry.operation)}</text>'
        f'<text x="{x + 6}" y="{y + 28}">{html.escape(name)}</text></g>'
    )
