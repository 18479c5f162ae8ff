"""Constants in the text form: written out where they are small, else named by a digest."""

from __future__ import annotations

import hashlib
from typing import Any, cast

import numpy as np

from dldt.compiler.graph import Graph
from dldt.compiler.ops.core import Constant
from dldt.compiler.types import Array, DType

INLINE_ELEMENTS = 16


def constant_table(graph: Graph) -> dict[str, Array]:
    """The constants that ``print_graph`` names by a digest, by digest: what ``parse_graph`` takes as ``constants``."""
    found: dict[str, Array] = {}
    for part in graph.walk():
        for node in part.order():
            if isinstance(node.op, Constant) and node.op.value.size > INLINE_ELEMENTS:
                found[digest(node.op.value)] = node.op.value
    return found


def digest(array: Array) -> str:
    """16 hexadecimal digits of a hash of element type, shape and content."""
    head = f"{DType.of(array.dtype)}{list(array.shape)}".encode()
    sha = hashlib.sha256(head)
    sha.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return sha.hexdigest()[:16]


def format_elements(array: Array) -> str:
    """The elements in C order; floats so that they read back to the same bits (but NaN payloads)."""
    return ", ".join(_format(x) for x in array.ravel())


def parse_elements(items: list[str], dtype: DType, shape: tuple[int, ...]) -> Array:
    """The array that ``format_elements`` printed. Raises ValueError where an item is no number of the type."""
    if dtype is DType.boolean:
        return np.array([_BOOLEANS[item] for item in items], dtype.numpy).reshape(shape)
    if dtype.is_float:
        return np.array([dtype.numpy.type(item) for item in items], dtype.numpy).reshape(shape)
    limits: Any = np.iinfo(cast(Any, dtype.numpy))
    numbers = [int(item) for item in items]
    if any(not limits.min <= number <= limits.max for number in numbers):
        raise ValueError(f"a number is outside {dtype}")
    return np.array(numbers, dtype.numpy).reshape(shape)


_BOOLEANS = {"true": True, "false": False}


def _format(x: np.generic) -> str:
    if isinstance(x, np.bool_):
        return "true" if x else "false"
    return str(x)
