"""Writing by index. An index outside of the data writes nothing."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.axes import known_int, normal_axis, require_equal, require_integer, require_same_type
from dldt.compiler.types import Array, TensorType

REDUCTIONS = ("none", "sum", "prod", "min", "max")
_JOIN: dict[str, Any] = {"sum": np.add, "prod": np.multiply, "min": np.minimum, "max": np.maximum}


@op("opset3")
class ScatterUpdate(Op):
    """y = data, but the slices indices[i] along ``axis`` are those of updates, in order; of two that go to one place
    the later counts"""

    def infer(self, data: TensorType, indices: TensorType, updates: TensorType, axis: TensorType) -> TensorType:
        require_integer(indices, "indices", self.type)
        require_same_type(data, updates, self.type)
        at = normal_axis(known_int(axis, "axis", self.type), data.rank, self.type)
        _require_shape((*data.shape[:at], *indices.shape, *data.shape[at + 1 :]), updates.shape, self.type)
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array, indices: Array, updates: Array, axis: Array) -> Array:
        at = int(axis.reshape(())) % data.ndim
        index, inside = _inside(indices.astype(np.int64).ravel(), data.shape[at])
        parts = updates.reshape(*data.shape[:at], indices.size, *data.shape[at + 1 :])
        made = data.copy()
        made[(slice(None),) * at + (index[inside],)] = np.compress(inside, parts, at)
        return made


@op("opset12")
class ScatterElementsUpdate(Op):
    """y = data, but y[.., indices[i, j, ..], ..] along ``axis`` is updates[i, j, ..], or is joined with it
    (``reduction``); one update after the other"""

    reduction: str = attrs.field(default="none", converter=lower, validator=one_of(*REDUCTIONS))
    use_init_val: bool = attrs.field(default=True)

    def infer(self, data: TensorType, indices: TensorType, updates: TensorType, axis: TensorType) -> TensorType:
        require_integer(indices, "indices", self.type)
        require_same_type(data, updates, self.type)
        if not self.use_init_val:
            raise ShapeError(
                "ScatterElementsUpdate: use_init_val is false; it must be true: the elements of data count, too"
            )
        require_equal(indices.rank, data.rank, "ranks of indices and data", self.type)
        normal_axis(known_int(axis, "axis", self.type), data.rank, self.type)
        _require_shape(indices.shape, updates.shape, self.type)
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array, indices: Array, updates: Array, axis: Array) -> Array:
        at = int(axis.reshape(())) % data.ndim
        index, inside = _inside(indices.astype(np.int64), data.shape[at])
        places = list(np.indices(indices.shape, sparse=False))
        places[at] = index
        flat = np.ravel_multi_index([p[inside] for p in places], data.shape) if inside.any() else np.zeros(0, np.int64)
        made = scattered(data.reshape(-1, 1), flat, updates[inside].reshape(-1, 1), self.reduction)
        return made.reshape(data.shape)


@op("opset15")
class ScatterNDUpdate(Op):
    """y = data, but y[indices[i]] is updates[i], or is joined with it (``reduction``), where a row of ``indices`` names
    a position in the first dims; one update after the other"""

    reduction: str = attrs.field(default="none", converter=lower, validator=one_of(*REDUCTIONS))

    def infer(self, data: TensorType, indices: TensorType, updates: TensorType) -> TensorType:
        require_integer(indices, "indices", self.type)
        require_same_type(data, updates, self.type)
        depth = indices.shape[-1] if indices.rank else 0
        if not isinstance(depth, int):
            raise UnsupportedError(f"ScatterNDUpdate: the last dim of indices must be fixed, they are {indices}")
        if not 1 <= depth <= data.rank:
            raise ShapeError(f"ScatterNDUpdate: rows of indices {indices} name no position in data {data}")
        _require_shape((*indices.shape[:-1], *data.shape[depth:]), updates.shape, self.type)
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array, indices: Array, updates: Array) -> Array:
        depth = indices.shape[-1]
        rows = indices.reshape(-1, depth).astype(np.int64)
        found, inside = np.zeros(len(rows), np.int64), np.ones(len(rows), bool)
        for k in range(depth):
            index, fits = _inside(rows[:, k], data.shape[k])
            found, inside = found * data.shape[k] + index, inside & fits
        width = int(np.prod(data.shape[depth:], dtype=np.int64))
        count = int(np.prod(data.shape[:depth], dtype=np.int64))
        parts = updates.reshape(len(rows), width)[inside]
        return scattered(data.reshape(count, width), found[inside], parts, self.reduction).reshape(data.shape)


def scattered(data: Array, places: Array, updates: Array, reduction: str) -> Array:
    """The rows of ``data`` with ``updates`` written to, or joined with, those at ``places``."""
    made = data.copy()
    if reduction == "none":
        made[places] = updates
        return made
    with np.errstate(all="ignore"):
        _JOIN[reduction].at(made, places, updates)
    return made


def _inside(index: Array, size: int) -> tuple[Array, Array]:
    """Indices counted from the front, 0 for those outside; and which are inside."""
    normal = np.where(index < 0, index + size, index)
    inside = (normal >= 0) & (normal < size)
    return np.where(inside, normal, 0), inside


def _require_shape(wanted: Any, given: Any, what: str) -> None:
    require_equal(len(wanted), len(given), "ranks of updates, and of what is updated", what)
    for i, (a, b) in enumerate(zip(wanted, given, strict=True)):
        require_equal(a, b, f"dimensions {i} of updates, and of what is updated", what)
