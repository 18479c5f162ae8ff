"""Dims thought to be found when the model runs, and known since a pass has made the graph simpler."""

from __future__ import annotations

from dldt.compiler.dims import DefinedDim, Dim, symbols
from dldt.compiler.graph import Graph
from dldt.compiler.inference import is_found


def has_found_dims(graph: Graph) -> bool:
    """Whether any tensor has a dim that is found when the model runs."""
    types = (t for part in graph.walk() for node in part.order() for t in node.types)
    return any(is_found(dim) for t in types for dim in t.shape)


def settle_found_dims(graph: Graph) -> None:
    """Write each such dim as what it is now known to be: movements of a shape that undo each other hide its numbers
    until they are gone."""
    for part in graph.walk():
        for node in part.order():
            if not any(is_found(dim) for t in node.types for dim in t.shape):
                continue
            for old, new in zip(node.types, part.inferred(node), strict=True):
                for before, now in zip(old.shape, new.shape, strict=False):
                    _equate(part, before, now)


def _equate(graph: Graph, before: Dim, now: Dim) -> None:
    symbol = next((s for s in symbols(before) if isinstance(s, DefinedDim) and s.dim == before), None)
    if symbol is not None and before != now and symbol not in symbols(now):
        graph.equate(symbol, now)
