"""Sequences whose items differ in their first dim: one tensor that holds them one behind the other, and their sizes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.arithmetic import Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.top_k import CumSum
from dldt.compiler.types import TensorType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.engine.sequences import RaggedSequence
from dldt.frontends.onnx.sequence_stack import place_in

_ZERO, _FIRST = np.array(0, np.int64), np.array([0], np.int64)


def ragged(graph: Graph, items: Sequence[Value], like: TensorType) -> RaggedSequence:
    """A sequence of the items. ``like`` is the type of one, of which all but the first dim must be known."""
    rest = like.shape[1:]
    if not like.rank or not all(isinstance(dim, int) for dim in rest):
        raise UnsupportedError(
            f"a sequence grows by items of the type {like}, whose dims but the first must be numbers; fix the shape of "
            "the model's inputs (--input)"
        )
    flat = graph.constant(np.zeros((0, *map(int, rest)), like.dtype.numpy))
    made = RaggedSequence(flat, graph.constant(np.zeros(0, np.int64)))
    for item in items:
        made = appended(made, item)
    return made


def appended(given: RaggedSequence, item: Value) -> RaggedSequence:
    """The sequence with one more item."""
    size = Slice()(ShapeOf()(item), *(np.array([n], np.int64) for n in (0, 1, 1, 0)))
    return RaggedSequence(Concat(0)(given.flat, item), Concat(0)(given.sizes, size))


def item_of(given: RaggedSequence, position: Value, context: Context) -> Value:
    """One item."""
    place = reshaped(place_in(given.sizes, position, 1, context), (1,))
    end = Gather()(CumSum()(given.sizes, _ZERO), place, _ZERO)
    start = Subtract()(end, Gather()(given.sizes, place, _ZERO))
    return Slice()(given.flat, start, end, np.array([1], np.int64), _FIRST)
