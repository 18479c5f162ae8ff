"""Regions split into cells: of whole pixels, and how the loops over them go."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.plan.shape_parts import size_of
from dldt.compiler import ops
from dldt.compiler.graph import Value
from dldt.compiler.types import DType


@attrs.frozen
class Cells:
    """Along one axis [regions, cells]: where the cells begin, and how many pixels (or samples) they have."""

    first: Value
    count: Value

    @property
    def most(self) -> Value:
        """The most that a cell has, as a scalar."""
        return ops.Maximum()(ops.ReduceMax(False)(self.count, np.array([0, 1])), 0)


def f32(value: Value) -> Value:
    """The value as f32."""
    return value if value.type.dtype is DType.f32 else ops.Convert(DType.f32)(value)


def widened(value: Value) -> Value:
    """The value in at least f32; constants at once."""
    if value.type.dtype.size >= 4:
        return value
    known = value.constant
    return f32(value) if known is None else value.graph.constant(known.astype(np.float32))


def as_type(value: Value, kind: DType) -> Value:
    """The value as another type."""
    return value if value.type.dtype is kind else ops.Convert(kind)(value)


def column(rois: Value, number: int) -> Value:
    """One number of each region, as a column."""
    return ops.Slice()(rois, np.array([number]), np.array([number + 1]), np.array([1]), np.array([1]))


def real(rois: Value) -> Value:
    """Whether each region is one: the first of a picture below 0 ends them. A column."""
    none = ops.Convert(DType.i32)(ops.Less()(column(rois, 0), 0.0))
    return ops.Equal()(ops.CumSum()(none, np.array(0)), 0)


def picture_of(rois: Value, known: Value) -> Value:
    """The number of the picture of each region, 0 where it is none. A column."""
    zero = np.array(0, np.int64)
    return ops.Select()(known, ops.Convert(DType.i64)(column(rois, 0)), zero)


def bounded_cells(first: Value, last: Value, size: Value, known: Value) -> Cells:
    """Cells from ``first`` up to ``last``, cut to the pixels of an axis; those of no region are empty."""
    low, high = (ops.Minimum()(ops.Maximum()(x, 0), size) for x in (first, last))
    count = ops.Select()(known, ops.Maximum()(ops.Subtract()(high, low), 0), np.array(0, np.int64))
    return Cells(low, count)


def picture_sizes(pictures: Value) -> tuple[Value, Value]:
    """Height and width."""
    return size_of(pictures, 2), size_of(pictures, 3)


def as_rows(x: Value) -> Value:
    """[regions, cells] along the height: [regions, cells, 1]."""
    return ops.Unsqueeze()(x, np.array([2]))


def as_columns(x: Value) -> Value:
    """[regions, cells] along the width: [regions, 1, cells]."""
    return ops.Unsqueeze()(x, np.array([1]))
