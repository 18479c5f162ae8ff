"""Loops and branches that depend on constants alone."""

from __future__ import annotations

from functools import partial

import numpy as np

from dldt.compiler.errors import DldtError
from dldt.compiler.graph import Graph, Node
from dldt.compiler.interpret import evaluate_node
from dldt.compiler.observer import Observer
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.local_pass import LocalPass, Places


@transform
class FoldLoops(LocalPass):
    """A loop whose inputs are all constants is replaced by its results, where its turns are known to be at most
    ``steps`` nodes together and the results have at most ``bytes`` bytes.

    ::

        3, 1.0 → Loop(state → state * 2) → y        8.0 → y
    """

    steps: int = 10_000
    bytes: int = 16 << 20

    def places(self, graph: Graph, observer: Observer) -> Places:
        """The loops of the graph, producers first."""
        for node in graph.order():
            results = self._results(node) if isinstance(node.op, Repetition) else None
            if results is not None:
                yield node, partial(_replace, graph, node, results)

    def _results(self, node: Node) -> list[Array] | None:
        arrays = [None if value is None else value.constant for value in node.inputs]
        assert isinstance(node.op, Repetition)
        limit = node.op.limit([value.type for value in node.inputs if value is not None])
        if not isinstance(limit, int) or any(array is None for array in arrays):
            return None
        parts = list(node.bodies[0].walk())
        steps = limit * sum(map(len, parts))
        loops = any(isinstance(inner.op, Repetition) for part in parts for inner in part.order())
        pure = all(inner.op.is_pure() for part in parts for inner in part.order())
        if steps > self.steps or loops or not pure or self._size(node) > self.bytes:
            return None
        try:
            with np.errstate(all="ignore"):
                return evaluate_node(node, arrays)
        except (ArithmeticError, ValueError, DldtError):  # what the operations leave undefined is left to the run
            return None

    def _size(self, node: Node) -> int:
        """The bytes of the results; of those whose size is found by the loop, none is known."""
        static = [t for t in node.types if t.is_static]
        return sum(int(np.prod(t.static_shape, dtype=object)) * t.dtype.size for t in static)


def _replace(graph: Graph, node: Node, results: list[Array]) -> int:
    for value, array in zip(node.outputs, results, strict=True):
        graph.replace(value, graph.constant(array, name=value.name))
    graph.discard(node)
    return 1
