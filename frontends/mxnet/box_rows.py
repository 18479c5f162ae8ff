"""Tables of boxes: rows in the order of their scores, those that stay in front."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Subtract
from dldt.compiler.ops.comparison import Greater
from dldt.compiler.ops.gather import GatherND
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.top_k import TopK
from dldt.compiler.types import DType
from dldt.frontends.mxnet.literal import ints, number, size

_LEAST = -np.inf


def best(scores: Value, valid: Value, topk: int) -> tuple[Value, Value]:
    """The places of valid rows by their scores, the others behind them; and which of these are valid."""
    masked = Select()(valid, scores, number(_LEAST, scores))
    count = scores.type.shape[1]
    if topk > 0:
        wanted = np.array(min(topk, count) if isinstance(count, int) else topk, np.int64)
        values, order = TopK(1, "max", "value", DType.i64).all(masked, wanted)
    else:
        every = np.array(count, np.int64) if isinstance(count, int) else Squeeze()(size(scores, 1), ints(0))
        values, order = TopK(1, "max", "value", DType.i64).all(masked, every)
    return order, Greater()(values, number(_LEAST, scores))


def rows_at(rows: Value, places: Value) -> Value:
    """Rows [B, N, numbers] at places [B, K]."""
    return GatherND(1)(rows, Unsqueeze()(places, ints(2)))


def places_of(rows: Value) -> Value:
    """0, 1, … for each row."""
    count = Squeeze()(size(rows, 1), ints(0))
    return Range(DType.i64)(rows.graph.constant(np.array(0, np.int64)), count, np.array(1, np.int64))


def in_front(rows: Value, kept: Value) -> Value:
    """The rows that stay, in their order, before rows of -1."""
    count = Squeeze()(size(rows, 1), ints(0))
    keys = Select()(kept, Unsqueeze()(Subtract()(count, places_of(rows)), ints(0)), np.array(0, np.int64))
    found = rows.type.shape[1]
    every = np.array(found, np.int64) if isinstance(found, int) else count
    values, order = TopK(1, "max", "value", DType.i64).all(keys, every)
    stays = Unsqueeze()(Greater()(values, np.array(0, np.int64)), ints(2))
    return Select()(stays, rows_at(rows, order), number(-1, rows))
