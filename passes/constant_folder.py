"""Computes what depends on constants alone, within bounds on the memory that it takes."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Graph, Node
from dldt.compiler.observer import SILENT, Application, Observer
from dldt.compiler.op import Op
from dldt.compiler.ops import Convert
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array


@attrs.frozen
class ConstantFolder:
    """Replaces nodes whose inputs are all constants by what ``evaluate`` gives.

    One node may grow by ``max_growth`` bytes beyond its inputs, all together by ``max_total``. ``observer`` is asked
    before each, in the name of the pass ``item``.
    """

    max_growth: int = 64 << 20
    max_total: int = 512 << 20
    observer: Observer = SILENT
    item: object = None

    def fold(self, graph: Graph) -> int:
        """Fold in topological order, so that one walk does all; how many nodes were folded."""
        count, grown = 0, 0
        for node in graph.order():
            if node.op.has(Trait.BOUNDARY):
                continue
            growth = self._fold(graph, node, self.max_total - grown)
            if growth is not None:
                count, grown = count + 1, grown + max(growth, 0)
        return count

    def _fold(self, graph: Graph, node: Node, left: int) -> int | None:
        """Fold one node, which may grow by ``left`` bytes; by how many it grew, None where it was not folded."""
        if node.op.bodies or not node.inputs or not node.op.is_pure():
            return None
        arrays = [None if value is None else value.constant for value in node.inputs]
        if any(array is None for array, value in zip(arrays, node.inputs, strict=True) if value is not None):
            return None
        growth = _growth(node, arrays)
        if growth is None or growth > min(self.max_growth, left):
            return None
        made = _evaluate(node.op, arrays)
        application = Application.at(self.item, node)
        if made is None or not self.observer.allows(application):
            return None
        for value, array in zip(node.outputs, made, strict=True):
            name = node.name if len(node.outputs) == 1 else value.name
            graph.replace(value, graph.constant(np.asarray(array), name=name))
        graph.discard(node)
        self.observer.applied(application)
        return growth


def _growth(node: Node, arrays: list[Array | None]) -> int | None:
    """By how many bytes the outputs are larger than the inputs; None where that is not known."""
    if not all(t.is_static for t in node.types):
        return None
    if isinstance(node.op, Convert):
        return 0
    made = sum(int(np.prod(t.static_shape, dtype=object)) * t.dtype.size for t in node.types)
    return made - sum(array.nbytes for array in arrays if array is not None)


def _evaluate(op: Op, arrays: list[Array | None]) -> tuple[Array, ...] | None:
    try:
        with np.errstate(all="ignore"):
            made = op.evaluate(*arrays)
    except (ArithmeticError, ValueError):  # numpy refuses what the operation leaves undefined
        return None
    return made if isinstance(made, tuple) else (made,)
