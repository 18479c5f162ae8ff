"""Reshaping a value, at once where it is a constant."""

from __future__ import annotations

import numpy as np

from dldt.compiler.dims import Dim, product
from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.reshape import Reshape


def reshaped(value: Value, shape: tuple[Dim, ...]) -> Value:
    """``value`` with another shape of as many elements; at most one dim may be symbolic."""
    if value.type.shape == shape:
        return value
    if value.constant is not None and value.type.elements == product(shape):
        return value.graph.constant(value.constant.reshape([int(dim) for dim in shape]))
    free = [axis for axis, dim in enumerate(shape) if not isinstance(dim, int)]
    if len(free) > 1:
        raise ShapeError(f"more than one dim of the new shape {shape} is free")
    target = [int(dim) if isinstance(dim, int) else -1 for dim in shape]
    return Reshape()(value, np.array(target, np.int64))
