"""Changes of the channel order: a Gather whose indices permute the channels."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops import Gather
from dldt.compiler.types import Array


def channel_order(x: Value, gather: Op, indices: Array, axis: Array) -> Array | None:
    """The indices, counted from 0, where ``gather`` of ``x`` permutes the channels (axis 1); else None."""
    shape = x.type.shape
    if axis.size != 1 or len(shape) < 2 or int(axis.reshape(())) % len(shape) != 1 or indices.ndim != 1:
        return None
    size = shape[1]
    if not isinstance(size, int) or indices.size != size or not isinstance(gather, Gather) or gather.batch_dims:
        return None
    order = np.where(indices < 0, indices + size, indices)
    return order if np.array_equal(np.sort(order), np.arange(size)) else None
