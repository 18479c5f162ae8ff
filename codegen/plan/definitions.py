"""Where dims come from that are found while the model runs."""

from __future__ import annotations

from typing import TypeAlias

from dldt.codegen.loop.prefix import Prefix
from dldt.codegen.plan.carry import single_symbol
from dldt.compiler.dims import DefinedDim, Symbol
from dldt.compiler.graph import Graph, Value

Definitions: TypeAlias = dict[Value, list[tuple[Symbol, int]]]
"""For each tensor, the dims that its elements are: dim and number of the element."""


def definitions(graph: Graph) -> Definitions:
    """The first tensor in order that holds each dim; bodies are not entered. A kernel that finds rows puts their number
    before them, where ``Prefix`` reads it."""
    found: Definitions = {}
    known: set[Symbol] = set()
    for node in graph.order():
        if isinstance(node.op, Prefix):
            (rows,) = node.inputs
            assert rows is not None
            known.add(node.op.count)
            found.setdefault(rows, []).append((node.op.count, 0))
        for value in node.outputs:
            for position, item in enumerate(value.type.value or ()):
                symbol = single_symbol(item)
                if isinstance(symbol, DefinedDim) and symbol not in known:
                    known.add(symbol)
                    found.setdefault(value, []).append((symbol, position))
    return found
