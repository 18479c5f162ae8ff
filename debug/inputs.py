"""The inputs that versions of a graph are compared on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.types import Array, DType, TensorType


def checked_inputs(graph: Graph, given: Mapping[str, Array]) -> dict[str, Array]:
    """The given arrays for all inputs of the graph. Raises UsageError for one that is missing, unknown, or of another
    type or shape."""
    types = {value.node.name: value.type for value in graph.inputs}
    unknown = sorted(set(given) - set(types))
    if unknown:
        raise UsageError(f"there is no input {unknown[0]!r}; the inputs are {', '.join(map(repr, types))}")
    for name, t in types.items():
        if name not in given:
            raise UsageError(f"no array is given for input {name!r}, which takes {t}")
        if not _fits(given[name], t):
            array = given[name]
            raise UsageError(f"input {name!r} takes {t}, {DType.of(array.dtype)}{list(array.shape)} is given")
    return {name: given[name] for name in types}


def random_inputs(graph: Graph, seed: int = 0) -> dict[str, Array]:
    """Normally distributed floats, small integers and booleans. Raises UsageError where a dim is free."""
    rng = np.random.default_rng(seed)
    made: dict[str, Array] = {}
    for value in graph.inputs:
        t = value.type
        if any(not isinstance(dim, int) for dim in t.shape):
            sizes = ",".join(str(dim) if isinstance(dim, int) else "1" for dim in t.shape)
            raise UsageError(
                f"input {value.node.name!r} has free dims ({t}): give arrays (--inputs) or sizes, for instance "
                f'--input "{value.node.name}[{sizes}]"'
            )
        shape = t.static_shape
        if t.dtype.is_float:
            made[value.node.name] = rng.standard_normal(shape).astype(t.dtype.numpy)
        else:
            made[value.node.name] = rng.integers(0, 2, shape).astype(t.dtype.numpy)
    return made


def _fits(array: Array, t: TensorType) -> bool:
    same_rank = DType.of(array.dtype) is t.dtype and array.ndim == t.rank
    return same_rank and all(
        not isinstance(dim, int) or dim == size for dim, size in zip(t.shape, array.shape, strict=True)
    )
