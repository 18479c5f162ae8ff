"""Where dims come from that are found while the model runs."""

from __future__ import annotations

from typing import TypeAlias

from dldt.codegen.plan.carry import single_symbol
from dldt.compiler.dims import DefinedDim, Symbol
from dldt.compiler.graph import Graph, Value

Definitions: TypeAlias = dict[Value, list[tuple[Symbol, int]]]
"""For each tensor, the dims that its elements are: dim and number of the element."""


def definitions(graph: Graph) -> Definitions:
    """The first tensor in order that holds each dim; bodies are not entered."""
    found: Definitions = {}
    known: set[Symbol] = set()
    for node in graph.order():
        for value in node.outputs:
            for position, item in enumerate(value.type.value or ()):
                symbol = single_symbol(item)
                if isinstance(symbol, DefinedDim) and symbol not in known:
                    known.add(symbol)
                    found.setdefault(value, []).append((symbol, position))
    return found
