"""Values that kernels read from memory whatever they are."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value


def in_memory(value: Value) -> Value:
    """The value as a tensor in memory. Kernels hold a constant of one element as a number, not in memory; its element
    is repeated here, so that it becomes a tensor."""
    array = value.constant
    if array is None or array.size != 1:
        return value
    return value.graph.constant(np.repeat(array.reshape(-1) if array.ndim == 0 else array, 2, axis=0))


def with_zero_behind(value: Value) -> Value:
    """A vector in memory whose elements are found where they are not zero: a constant of one element gets a zero, which
    is not found, in place of a second one that would be."""
    array = value.constant
    if array is None or array.size != 1:
        return value
    return value.graph.constant(np.append(array, np.zeros(1, array.dtype)))
