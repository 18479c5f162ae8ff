"""A model without its weights: random numbers of the same statistics in their place."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.core import Constant
from dldt.compiler.text_constants import INLINE_ELEMENTS
from dldt.compiler.types import Array


def without_weights(graph: Graph, seed: int = 0) -> Graph:
    """A copy in which every constant of more than 16 numbers has others of the same mean, spread and range. Smaller
    ones stay: they are sizes, axes and scales."""
    made = graph.copy()
    rng = np.random.default_rng(seed)
    for part in made.walk():
        for node in part.order():
            array = node.op.value if isinstance(node.op, Constant) else None
            if array is not None and array.size > INLINE_ELEMENTS and array.dtype.kind in "fiu":
                _replace(part, node.outputs[0], _like(array, rng))
    return made


def _replace(graph: Graph, old: Value, array: Array) -> None:
    names, name = old.names, old.node.name
    new = graph.constant(array, name=name)
    graph.replace(old, new)
    graph.rename(new, names)
    graph.discard(old.node)


def _like(array: Array, rng: np.random.Generator) -> Array:
    if array.dtype.kind in "iu":
        return rng.integers(int(array.min()), int(array.max()), array.shape, array.dtype, endpoint=True)
    numbers = array.astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    if not finite.size:
        return array
    made = rng.normal(finite.mean(), finite.std(), array.shape)
    return np.clip(made, finite.min(), finite.max()).astype(array.dtype)
