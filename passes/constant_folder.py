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
from dldt.compiler.shown import shown
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array
from dldt.passes.folding_work import folding_work
from dldt.passes.regular import stays_symbolic

WORK_A_SECOND = 1 << 24
"""Elementary operations that numpy carries out in a second at least."""


@attrs.frozen
class ConstantFolder:
    """Replaces nodes whose inputs are all constants by what ``evaluate`` gives.

    One node may grow beyond its inputs by ``max_share`` of the memory of the compile's budget, and it may take
    ``max_share`` of its time. What is beyond these, or beyond the memory that is left, is left to the run.
    ``observer`` is asked before each, in the name of the pass ``item``.
    """

    max_share: float = 1 / 8
    observer: Observer = SILENT
    item: object = None

    def fold(self, graph: Graph) -> int:
        """Fold in topological order, so that one walk does all; how many nodes were folded."""
        count = 0
        for node in graph.order():
            if node.op.has(Trait.BOUNDARY):
                continue
            count += self._fold(graph, node)
        return count

    def _fold(self, graph: Graph, node: Node) -> bool:
        """Fold one node; whether it was folded."""
        if node.op.bodies or not node.inputs or not node.op.is_pure():
            return False
        arrays = [None if value is None else value.constant for value in node.inputs]
        if any(array is None for array, value in zip(arrays, node.inputs, strict=True) if value is not None):
            return False
        growth, limit = _growth(node, arrays), budget()
        if growth is None or growth > self._part_of(limit.memory) or stays_symbolic(node, growth):
            return False
        limit.doing = f"node {shown(node.name)} ({node.op.type})"
        if folding_work(node) > self._part_of(limit.seconds) * WORK_A_SECOND or not limit.has_room(_made(node)):
            return False
        limit.tick()
        made = _evaluate(node.op, arrays)
        application = Application.at(self.item, node)
        if made is None or not self.observer.allows(application):
            return False
        for value, array in zip(node.outputs, made, strict=True):
            name = node.name if len(node.outputs) == 1 else value.name
            graph.replace(value, graph.constant(np.asarray(array), name=name))
        graph.discard(node)
        self.observer.applied(application)
        return True

    def _part_of(self, whole: float) -> float:
        return whole * self.max_share if self.max_share else 0


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
    except (ArithmeticError, ValueError, MemoryError):  # it is undefined, or too large for numpy
        return None
    return made if isinstance(made, tuple) else (made,)
