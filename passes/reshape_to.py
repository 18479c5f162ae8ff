"""Reshape with a constant target, also where dims are symbolic: 0 copies a dim, one -1 takes what is left."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops import Reshape
from dldt.compiler.types import Shape


def constant_target(source: Shape, target: Shape) -> tuple[int, ...] | None:
    """The shape input of a special-zero Reshape that turns ``source`` into ``target``, None where there is none."""
    found: list[int] = []
    for i, dim in enumerate(target):
        if isinstance(dim, int) and dim > 0:
            found.append(dim)
        elif i < len(source) and source[i] == dim:
            found.append(0)
        elif isinstance(dim, int) or -1 in found:
            return None
        else:
            found.append(-1)
    return tuple(found)


def reshape_to(x: Value, shape: Shape, name: str = "") -> Value | None:
    """``x`` in the given shape through a Reshape with constant target; ``x`` itself where it has that shape."""
    if x.type.shape == shape:
        return x
    target = constant_target(x.type.shape, shape)
    if target is None:
        return None
    try:
        made = Reshape(special_zero=True)(x, np.array(target, np.int64), name=name)
    except ShapeError:  # it cannot be proved that the dims are equal
        return None
    return made if made.type.shape == shape else None
