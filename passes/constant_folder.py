"""Computes what depends on constants alone, within bounds on the memory and the time that it takes."""

from __future__ import annotations

import math

import attrs
import numpy as np

from dldt.compiler.budget import budget
from dldt.compiler.graph import Graph, Node
from dldt.compiler.observer import SILENT, Application, Observer
from dldt.compiler.op import Op
from dldt.compiler.ops import Convert
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array
from dldt.passes.folding_work import folding_work
from dldt.passes.regular import stays_symbolic


@attrs.frozen
class ConstantFolder:
    """Replaces nodes whose inputs are all constants by what ``evaluate`` gives.

    One node may grow by ``max_growth`` bytes beyond its inputs, all together by ``max_total``; one may take
    ``max_work`` elementary operations. What is beyond these, or beyond the memory of the budget, is left to the run.
    ``observer`` is asked before each, in the name of the pass ``item``.
    """

    max_growth: int = 64 << 20
    max_total: int = 512 << 20
    max_work: int = 1 << 31
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
        if growth is None or growth > min(self.max_growth, left) or stays_symbolic(node, growth):
            return None
        limit = budget()
        limit.doing = f"node {node.name!r} ({node.op.type})"
        if folding_work(node) > self.max_work or not limit.has_room(_made(node)):
            return None
        limit.tick()
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
    return _made(node) - sum(_memory(array) for array in arrays if array is not None)


def _made(node: Node) -> int:
    """The bytes of the outputs."""
    return sum(math.prod(t.static_shape) * t.dtype.size for t in node.types)


def _memory(array: Array) -> int:
    """The bytes in memory: a number that is repeated lies there once."""
    steps = zip(array.shape, array.strides, strict=True)
    return math.prod(size for size, stride in steps if stride) * array.dtype.itemsize


def _evaluate(op: Op, arrays: list[Array | None]) -> tuple[Array, ...] | None:
    try:
        with np.errstate(all="ignore"):
            made = op.evaluate(*arrays)
    except (ArithmeticError, ValueError):  # numpy refuses what the operation leaves undefined
        return None
    return made if isinstance(made, tuple) else (made,)
