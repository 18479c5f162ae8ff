"""Shapes of results made of numbers and of dims of the data, free ones too."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.frontends.engine.reshaped import reshaped


@attrs.frozen
class DimOf:
    """The dim of an axis of the data."""

    axis: int


def axis_of(axis: int, rank: int, end: int = 0) -> int:
    """An axis, counted from the end where it is negative; up to ``rank + end - 1``. Raises InputError."""
    found = axis + rank + end if axis < 0 else axis
    if not 0 <= found < rank + end:
        raise InputError(f"axis {axis} is outside of rank {rank}")
    return found


def reshape(x: Value, dims: Sequence[int | DimOf]) -> Value:
    """``x`` with these dims, one of which may be -1."""
    fixed = [_fixed(x, dim) for dim in dims]
    if all(isinstance(dim, int) for dim in fixed) and -1 not in fixed:
        return reshaped(x, tuple(dim for dim in fixed if isinstance(dim, int)))
    aligned = [0 if isinstance(dim, DimOf) and dim.axis == place else dim for place, dim in enumerate(fixed)]
    numbers = [dim for dim in aligned if isinstance(dim, int)]
    if len(numbers) == len(aligned):
        return Reshape(special_zero=True)(x, np.array(numbers, np.int64))
    if len(numbers) == len(aligned) - 1 and -1 not in numbers:
        return Reshape(special_zero=True)(x, np.array([-1 if isinstance(d, DimOf) else d for d in aligned], np.int64))
    shape = ShapeOf()(x)
    parts = [
        Gather()(shape, np.array([dim.axis]), np.array(0)) if isinstance(dim, DimOf) else np.array([dim])
        for dim in fixed
    ]
    return Reshape()(x, Concat(0)(*parts))


def dims_of(x: Value, axes: Sequence[int]) -> Value:
    """The dims of these axes, as a tensor."""
    return Gather()(ShapeOf()(x), np.array(axes, np.int64), np.array(0))


def trailing(x: Value, count: int) -> Value:
    """``x`` with so many axes of one element behind its own."""
    if not count:
        return x
    if x.constant is not None:
        return reshaped(x, (*x.type.shape, *(1,) * count))
    return Unsqueeze()(x, np.arange(x.type.rank, x.type.rank + count))


def from_axis(x: Value, axis: int, rank: int) -> Value:
    """``x`` so that it broadcasts along the axes from ``axis`` on of a tensor of that rank. Raises InputError."""
    if axis + x.type.rank > rank:
        raise InputError(f"{x.type} does not fit behind axis {axis} of a tensor of rank {rank}")
    return trailing(x, rank - axis - x.type.rank)


def fixed_space(x: Value) -> tuple[int, int]:
    """Height and width of maps. Raises ShapeError, UnsupportedError where they are free, InputError where one is 0."""
    if x.type.rank != 4:
        raise ShapeError(f"{x.type} must have two spatial axes")
    height, width = x.type.shape[2:]
    if not isinstance(height, int) or not isinstance(width, int):
        raise UnsupportedError(f"height and width of {x.type} must be fixed")
    if height < 1 or width < 1:
        raise InputError(f"{x.type} has no elements")
    return height, width


def _fixed(x: Value, dim: int | DimOf) -> int | DimOf:
    if isinstance(dim, int):
        return dim
    size = x.type.shape[dim.axis]
    return size if isinstance(size, int) and size > 0 else dim
