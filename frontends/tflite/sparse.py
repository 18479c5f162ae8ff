"""Sparse weights as dense arrays."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.types import Array
from dldt.frontends.tflite.flatbuffer import Table

_MAX_DENSE = 1 << 28


@attrs.frozen
class _Level:
    """One dim of the order in which elements are stored: each node before it has ``size`` children, or those that
    ``segments`` and ``indices`` name."""

    size: int
    segments: Array | None = None
    indices: Array | None = None


def densified(values: Array, shape: tuple[int, ...], sparsity: Table, what: str) -> Array:
    """The dense array of which ``values`` are the stored elements. Raises InputError."""
    order, blocks = sparsity["traversal_order"], sparsity["block_map"]
    levels = [_level(table, what) for table in sparsity["dim_metadata"]]
    rank = len(shape)
    if len(levels) != len(order) or sorted(order) != list(range(rank + len(blocks))):
        raise InputError(f"{what}: its sparsity orders {list(order)}, for rank {rank} and {len(blocks)} block dims")
    if any(not 0 <= dim < rank for dim in blocks) or len(set(blocks)) != len(blocks):
        raise InputError(f"{what}: its sparsity has blocks of dims {list(blocks)}, the rank is {rank}")
    if int(np.prod(shape, dtype=object)) > _MAX_DENSE:
        raise InputError(f"{what}: a sparse tensor of shape {list(shape)} is too large (2**28 elements are allowed)")
    found = _coordinates(levels, values.size, what)
    places = dict(zip(order, found, strict=True))
    sizes = {dim: level.size for dim, level in zip(order, levels, strict=True)}
    at = [places[dim] for dim in range(rank)]
    for block, dim in enumerate(blocks):
        at[dim] = at[dim] * sizes[rank + block] + places[rank + block]
    for dim, position in enumerate(at):
        if position.size and (position.min() < 0 or position.max() >= shape[dim]):
            raise InputError(f"{what}: a stored element is outside shape {list(shape)}")
    dense = np.zeros(shape, values.dtype)
    dense[tuple(at)] = values.ravel()
    return dense


def _coordinates(levels: list[_Level], count: int, what: str) -> list[Array]:
    """The coordinates of every stored element, a level at a time: the nodes of a tree, the root first."""
    found: list[Array] = []
    nodes = 1
    for level in levels:
        parents, own = _children(level, nodes, count, what)
        found = [coordinate[parents] for coordinate in found]
        found.append(own)
        nodes = own.size
    if nodes != count:
        raise InputError(f"{what}: {count} elements are stored, its sparsity describes {nodes}")
    return found


def _children(level: _Level, nodes: int, count: int, what: str) -> tuple[Array, Array]:
    """For each child of the nodes: the node, and the child's coordinate."""
    if level.segments is None or level.indices is None:
        if level.size < 1 or nodes * level.size > max(count, 1):
            raise InputError(f"{what}: its sparsity describes more elements than the {count} that are stored")
        return np.repeat(np.arange(nodes), level.size), np.tile(np.arange(level.size), nodes)
    lengths = np.diff(level.segments)
    if level.segments.size != nodes + 1 or level.segments[0] != 0 or np.any(lengths < 0):
        raise InputError(f"{what}: the segments of its sparsity do not fit {nodes} rows")
    if level.segments[-1] != level.indices.size or level.indices.size > count:
        raise InputError(f"{what}: its sparsity has {level.indices.size} indices, {level.segments[-1]} are needed")
    return np.repeat(np.arange(nodes), lengths), level.indices


def _level(table: Table, what: str) -> _Level:
    if table["format"] == "DENSE":
        return _Level(int(table["dense_size"]))
    segments, indices = _numbers(table["array_segments"]), _numbers(table["array_indices"])
    if segments is None or indices is None or not segments.size:
        raise InputError(f"{what}: a sparse dim has no segments or no indices")
    return _Level(0, segments, indices)


def _numbers(table: Table | None) -> Array | None:
    if table is None:
        return None
    values = table["values"]
    return np.array(values.tolist() if isinstance(values, memoryview) else values, np.int64)
