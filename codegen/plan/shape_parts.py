"""Sizes of a value as values."""

from __future__ import annotations

import math

import numpy as np

from dldt.compiler import ops
from dldt.compiler.graph import Graph, Value
from dldt.compiler.types import DType


def size_of(value: Value, axis: int) -> Value:
    """The size of one axis, as a scalar of i64."""
    return ops.Gather()(ops.ShapeOf()(value), np.array(axis), np.array(0))


def sizes_of(value: Value, first: int, last: int) -> Value:
    """The sizes of the axes ``first`` … ``last`` - 1, as a vector of i64."""
    return ops.Slice()(ops.ShapeOf()(value), np.array([first]), np.array([last]), np.array([1]))


def shape_of(*parts: Value | int) -> Value | np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """A shape made of numbers, and of scalars and vectors of i64."""
    if all(isinstance(part, int) for part in parts):
        return np.array(parts, np.int64)
    vectors = [_vector(part) for part in parts]
    return ops.Concat(0)(*vectors)


def _vector(part: Value | int) -> Value | np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    if isinstance(part, int):
        return np.array([part], np.int64)
    return part if part.type.rank == 1 else ops.Unsqueeze()(part, np.array([0]))


def numbered(graph: Graph, *shape: int) -> Value:
    """0, 1, … in C order, as a tensor of i64 that takes no memory."""
    start = graph.constant(np.array(0))
    return ops.Reshape()(ops.Range(DType.i64)(start, np.array(math.prod(shape)), np.array(1)), np.array(shape))
