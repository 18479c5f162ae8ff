"""Picking by index. An index outside the axis gives 0, as OpenVINO's CPU device does; it is never read past the end."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import known_int, normal_axis, require_equal, require_integer, text
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@op("opset8", traits=Trait.EXACT)
class Gather(Op):
    """y[.., i, ..] = x[.., indices[i], ..] along ``axis``; negative indices count from the end; the first
    ``batch_dims`` dims of data and indices go together"""

    shape_values = True

    batch_dims: int = attrs.field(default=0, converter=int)

    def infer(self, data: TensorType, indices: TensorType, axis: TensorType) -> TensorType:
        require_integer(indices, "indices", self.type)
        at = normal_axis(known_int(axis, "axis", self.type), data.rank, self.type)
        batch = self._batch(indices.rank)
        if batch > at:
            raise ShapeError(f"Gather: batch_dims {batch} is greater than the axis, {at}")
        for i in range(batch):
            require_equal(data.shape[i], indices.shape[i], f"dimensions {i} of data and indices", self.type)
        check_indices(indices, data.shape[at], self.type)
        return TensorType(data.dtype, data.shape[:at] + indices.shape[batch:] + data.shape[at + 1 :])

    def _batch(self, rank: int) -> int:
        if not -rank <= self.batch_dims <= rank:
            raise ShapeError(f"Gather: batch_dims {self.batch_dims} is outside indices of rank {rank}")
        return self.batch_dims + rank if self.batch_dims < 0 else self.batch_dims

    def evaluate(self, data: Array, indices: Array, axis: Array) -> Array:
        at = int(axis.reshape(())) % data.ndim
        index = indices.astype(np.int64)
        batch = self._batch(indices.ndim)
        if batch == 0:
            return _take(data, index, at)
        outer = data.shape[:batch]
        pairs = zip(data.reshape(-1, *data.shape[batch:]), index.reshape(-1, *index.shape[batch:]), strict=True)
        parts = [_take(block, picks, at - batch) for block, picks in pairs]
        return np.stack(parts).reshape(*outer, *parts[0].shape)


@op("opset6", traits=Trait.EXACT)
class GatherElements(Op):
    """y[i, j, ..] = x[.., indices[i, j, ..], ..] along ``axis``; negative indices count from the end"""

    axis: int = attrs.field(converter=int)

    def infer(self, data: TensorType, indices: TensorType) -> TensorType:
        require_integer(indices, "indices", self.type)
        axis = normal_axis(self.axis, data.rank, self.type)
        require_equal(data.rank, indices.rank, "ranks of data and indices", self.type)
        for i in range(data.rank):
            if i != axis:
                require_equal(data.shape[i], indices.shape[i], f"dimensions {i} of data and indices", self.type)
        check_indices(indices, data.shape[axis], self.type)
        return TensorType(data.dtype, indices.shape)

    def evaluate(self, data: Array, indices: Array) -> Array:
        index, inside = _inside(indices.astype(np.int64), data.shape[self.axis])
        return np.where(inside, np.take_along_axis(data, index, self.axis), np.zeros((), data.dtype))


@op("opset8", traits=Trait.EXACT)
class GatherND(Op):
    """y[i, ..] = x[indices[i], ..], where a row of ``indices`` names a position in the dims after ``batch_dims``"""

    batch_dims: int = attrs.field(default=0, converter=int)

    def infer(self, data: TensorType, indices: TensorType) -> TensorType:
        require_integer(indices, "indices", self.type)
        if not 0 <= self.batch_dims < min(data.rank, indices.rank):
            raise ShapeError(f"GatherND: batch_dims {self.batch_dims} does not fit {data} and indices {indices}")
        for i in range(self.batch_dims):
            require_equal(data.shape[i], indices.shape[i], f"dimensions {i} of data and indices", self.type)
        depth = indices.shape[-1]
        if not isinstance(depth, int) or not 1 <= depth <= data.rank - self.batch_dims:
            raise ShapeError(f"GatherND: rows of {depth} indices do not fit data {text(data.shape)}")
        return TensorType(data.dtype, indices.shape[:-1] + data.shape[self.batch_dims + depth :])

    def evaluate(self, data: Array, indices: Array) -> Array:
        batch = self.batch_dims
        outer = np.indices(data.shape[:batch]).reshape(batch, *data.shape[:batch], *(1,) * (indices.ndim - 1 - batch))
        picked, valid = [], np.ones(indices.shape[:-1], bool)
        for i in range(indices.shape[-1]):
            index, inside = _inside(indices[..., i].astype(np.int64), data.shape[batch + i])
            picked.append(index)
            valid &= inside
        found = data[(*outer, *picked)]
        mask = valid.reshape(*valid.shape, *(1,) * (found.ndim - valid.ndim))
        return np.where(mask, found, np.zeros((), data.dtype))


def check_indices(indices: TensorType, size: Dim, what: str) -> None:
    """ShapeError where a constant index is outside an axis of known size."""
    content = indices.constant if indices.constant is not None else indices.content
    if content is None or not isinstance(size, int):
        return
    bad = [i for i in content.ravel() if isinstance(i, int | np.integer) and not -size <= i < size]
    if bad:
        raise ShapeError(f"{what}: index {bad[0]} is outside an axis of {size} elements")


def _inside(index: Array, size: int) -> tuple[Array, Array]:
    """The index counted from the front (0 where it is outside the axis), and whether it is inside."""
    counted = np.where(index < 0, index + size, index)
    inside = (counted >= 0) & (counted < size)
    return np.where(inside, counted, 0), inside


def _take(data: Array, indices: Array, axis: int) -> Array:
    index, inside = _inside(indices, data.shape[axis])
    found = np.take(data, index, axis)
    if inside.all():
        return found
    mask = inside.reshape(*(1,) * axis, *inside.shape, *(1,) * (data.ndim - 1 - axis))
    return np.where(mask, found, np.zeros((), data.dtype))
