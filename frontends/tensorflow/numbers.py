"""Small constants and shapes that importers compute with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ml_dtypes
import numpy as np

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.types import Array, DType


def ints(*numbers: int) -> Array:
    """A vector of i64."""
    return np.array(numbers, np.int64)


def integer(number: int) -> Array:
    """A scalar of i64."""
    return np.array(number, np.int64)


def like(x: Value, number: float | Sequence[float]) -> Array:
    """A number in x's element type."""
    return np.array(number, x.type.dtype.numpy)


def bounds(dtype: DType) -> tuple[float, float]:
    """The least and the largest number of an element type."""
    if not dtype.is_float:
        return dtype.bounds
    info = ml_dtypes.finfo(dtype.numpy)  # type: ignore[no-untyped-call]  # no annotations
    return float(info.min), float(info.max)


def cast(x: Value, dtype: DType) -> Value:
    """x in another element type, itself where it has it."""
    return x if x.type.dtype is dtype else Convert(dtype)(x)


def wide(x: Value) -> Value:
    """Integers as i64."""
    return cast(x, DType.i64)


def size(x: Value, axis: int) -> Value:
    """One dim, a scalar of i64."""
    return Gather()(ShapeOf()(x), integer(axis), integer(0))


def sizes(x: Value, axes: Sequence[int]) -> Value:
    """Some dims, a vector of i64."""
    return Gather()(ShapeOf()(x), ints(*axes), integer(0))


def joined(*parts: Value | Array) -> Value:
    """Vectors of i64 one after the other."""
    graph: Graph = next(part.graph for part in parts if isinstance(part, Value))
    values = [part if isinstance(part, Value) else graph.constant(part) for part in parts]
    kept = [value for value in values if value.type.elements != 0]
    made: Value = (kept or values)[0]
    return Concat(0)(*kept) if len(kept) > 1 else made


def count_up(graph_of: Value, end: Value | int) -> Value:
    """0, 1, … below ``end``, in i64."""
    stop: Any = end if isinstance(end, Value) else integer(end)
    if isinstance(end, int):
        return graph_of.graph.constant(np.arange(end, dtype=np.int64))
    made: Value = Range(DType.i64)(integer(0), stop, integer(1))
    return made


def part_count(count: int, what: str) -> int:
    """A number of outputs or steps that a file names. Raises InputError where it is negative, or too large for this
    compile."""
    if count < 0:
        raise InputError(f"{what} is {count}; it must not be negative")
    budget().ask_nodes(count)
    return count


def normal_axis(axis: int, rank: int, what: str = "axis") -> int:
    """The axis counted from the front. Raises InputError."""
    if not -rank <= axis < rank:
        raise InputError(f"{what} {axis} is outside rank {rank}")
    return axis % rank if rank else 0
