"""Constant folding: what depends on constants alone is computed now."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Graph, Node
from dldt.compiler.op import Op
from dldt.compiler.ops import Constant, Convert, Parameter, Result
from dldt.compiler.types import Array
from dldt.passes.base import STATEFUL, Pass, transform

_ENDS = (Parameter, Constant, Result)


@transform
class FoldConstants(Pass):
    """A node whose inputs are all constants becomes the constants that its ``evaluate`` gives.

    Not folded: what holds bodies or state, and what would grow by more than ``max_growth`` bytes beyond its inputs (a
    Broadcast, Tile or Pad of a hostile or careless model); a Convert may grow, by the ratio of its element sizes.

    ::

        Constant → op → y       Constant' → y
    """

    max_growth: int = 64 << 20

    def apply(self, graph: Graph) -> int:
        """Fold in topological order, so that one walk does all; how many nodes were folded."""
        return sum(self._fold(graph, node) for node in graph.order() if not isinstance(node.op, _ENDS))

    def _fold(self, graph: Graph, node: Node) -> bool:
        if node.op.bodies or not node.inputs or node.op.type in STATEFUL:
            return False
        arrays = [None if value is None else value.constant for value in node.inputs]
        if any(array is None for array, value in zip(arrays, node.inputs, strict=True) if value is not None):
            return False
        if not self._affordable(node, arrays):
            return False
        for value, array in zip(node.outputs, _evaluate(node.op, arrays), strict=True):
            made = graph.constant(np.asarray(array), name=node.name if len(node.outputs) == 1 else value.name)
            graph.replace(value, made)
        graph.discard(node)
        return True

    def _affordable(self, node: Node, arrays: list[Array | None]) -> bool:
        if not all(t.is_static for t in node.types):
            return False
        if isinstance(node.op, Convert):
            return True
        made = sum(int(np.prod(t.static_shape, dtype=object)) * t.dtype.size for t in node.types)
        given = sum(array.nbytes for array in arrays if array is not None)
        return made <= given + self.max_growth


def _evaluate(op: Op, arrays: list[Array | None]) -> tuple[Array, ...]:
    with np.errstate(all="ignore"):
        made = op.evaluate(*arrays)
    return made if isinstance(made, tuple) else (made,)
