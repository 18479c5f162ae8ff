"""Boxes that are kept, put in as many places for each row of scores."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.plan.kept_candidates import KeptCandidates
from dldt.codegen.plan.shape_parts import numbered, size_of
from dldt.compiler import ops
from dldt.compiler.graph import Value
from dldt.compiler.types import DType


@attrs.frozen
class KeptRows:
    """[rows, slots]: the place of the box in each slot, whether there is one (``here``), and whether the slot is the
    first without one; ``number_where_here`` is the number of the row, 0 where there is no box, in f32. ``source`` is
    where the box stands among the kept ones, ``count`` [rows, 1] how many a row has."""

    place: Value
    here: Value
    first_free: Value
    number_where_here: Value
    source: Value
    count: Value


def kept_rows(kept: KeptCandidates, rows: Value, slots: int) -> KeptRows:
    """The kept boxes of each of ``rows`` (a scalar), in ``slots`` places."""
    number = ops.Unsqueeze()(ops.Range(DType.i64)(np.array(0), rows, np.array(1)), np.array([1]))
    own = ops.LogicalAnd()(ops.Equal()(number, kept.row), kept.here)
    count = ops.ReduceSum(True)(ops.Convert(DType.i64)(own), np.array([1]))
    start = ops.CumSum(exclusive=True)(count, np.array(0))
    slot = numbered(rows.graph, 1, slots)
    here = ops.Greater()(count, slot)
    source = ops.Minimum()(ops.Add()(start, slot), ops.Subtract()(size_of(kept.row, 0), 1))
    place = ops.Select()(here, ops.Gather()(kept.place, source, np.array(0)), np.array(0))
    named = ops.Select()(here, ops.Convert(DType.f32)(number), np.array(0, np.float32))
    return KeptRows(place, here, ops.Equal()(count, slot), named, source, count)
