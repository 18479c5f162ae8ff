"""Sums and means of rows of a table, a bag of rows each."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import at_least
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.axes import known_dim, require_equal, require_integer, require_rank, require_same_type, text
from dldt.compiler.ops.convolution import accumulator
from dldt.compiler.types import Array, TensorType


@op("opset15")
class EmbeddingBagOffsets(Op):
    """y[b] = the sum or mean of the rows indices[offsets[b]:offsets[b + 1]] of the table, each times its weight; an
    empty bag gives row ``default_index``, and zeros where there is none (-1)"""

    reduction: str = attrs.field(default="sum", converter=lower, validator=one_of("sum", "mean"))

    def infer(
        self,
        emb_table: TensorType,
        indices: TensorType,
        offsets: TensorType,
        default_index: TensorType | None = None,
        per_sample_weights: TensorType | None = None,
    ) -> TensorType:
        _check_table(self.type, emb_table, indices, 1, per_sample_weights)
        _check_weights(self.type, self.reduction, per_sample_weights)
        require_rank(offsets, "offsets", (1,), self.type)
        require_same_type(indices, offsets, self.type)
        _check_default(self.type, indices, default_index)
        return TensorType(emb_table.dtype, (offsets.shape[0], *emb_table.shape[1:]))

    def evaluate(
        self,
        emb_table: Array,
        indices: Array,
        offsets: Array,
        default_index: Array | None = None,
        per_sample_weights: Array | None = None,
    ) -> Array:
        bags = np.searchsorted(offsets, np.arange(indices.size), "right") - 1
        rows = _rows(emb_table, indices, per_sample_weights)
        return _joined(emb_table, rows, np.asarray(bags), offsets.size, default_index, self.reduction == "mean")


@op("opset15")
class EmbeddingBagPacked(Op):
    """y[b] = the sum or mean of the rows indices[b] of the table, each times its weight"""

    reduction: str = attrs.field(default="sum", converter=lower, validator=one_of("sum", "mean"))

    def infer(
        self, emb_table: TensorType, indices: TensorType, per_sample_weights: TensorType | None = None
    ) -> TensorType:
        _check_table(self.type, emb_table, indices, 2, per_sample_weights)
        _check_weights(self.type, self.reduction, per_sample_weights)
        return TensorType(emb_table.dtype, (indices.shape[0], *emb_table.shape[1:]))

    def evaluate(self, emb_table: Array, indices: Array, per_sample_weights: Array | None = None) -> Array:
        rows = _rows(emb_table, indices, per_sample_weights).astype(accumulator(emb_table.dtype))
        made = rows.mean(axis=1) if self.reduction == "mean" else rows.sum(axis=1)
        return np.asarray(made).astype(emb_table.dtype)


@op("opset3")
class EmbeddingSegmentsSum(Op):
    """y[s] = the sum of the rows indices[i] of the table where segment_ids[i] is s, each times its weight; an empty
    segment gives row ``default_index``, and zeros where there is none (-1)"""

    def infer(
        self,
        emb_table: TensorType,
        indices: TensorType,
        segment_ids: TensorType,
        num_segments: TensorType,
        default_index: TensorType | None = None,
        per_sample_weights: TensorType | None = None,
    ) -> TensorType:
        _check_table(self.type, emb_table, indices, 1, per_sample_weights)
        for t in (segment_ids, num_segments):
            require_same_type(indices, t, self.type)
        require_rank(segment_ids, "segment_ids", (1,), self.type)
        require_equal(segment_ids.shape[0], indices.shape[0], "sizes of segment_ids and indices", self.type)
        _check_default(self.type, indices, default_index)
        count = known_dim(num_segments, "num_segments", self.type)
        if not at_least(count, 0, "num_segments"):
            raise ShapeError(f"EmbeddingSegmentsSum: num_segments is {count}, must not be negative")
        return TensorType(emb_table.dtype, (count, *emb_table.shape[1:]))

    def evaluate(
        self,
        emb_table: Array,
        indices: Array,
        segment_ids: Array,
        num_segments: Array,
        default_index: Array | None = None,
        per_sample_weights: Array | None = None,
    ) -> Array:
        rows = _rows(emb_table, indices, per_sample_weights)
        return _joined(emb_table, rows, segment_ids, int(num_segments.reshape(())), default_index, mean=False)


def _rows(table: Array, indices: Array, weights: Array | None) -> Array:
    rows = np.take(table, indices, axis=0, mode="clip")
    return rows if weights is None else rows * weights.reshape(*weights.shape, *(1,) * (table.ndim - 1))


def _joined(table: Array, rows: Array, bags: Array, count: int, default: Array | None, mean: bool) -> Array:
    """The rows of each bag, summed in order."""
    inside = (bags >= 0) & (bags < count)
    made = np.zeros((count, *table.shape[1:]), accumulator(table.dtype))
    np.add.at(made, bags[inside], rows[inside])
    sizes = np.bincount(bags[inside], minlength=count)
    if mean:
        made = made / np.maximum(sizes, 1).reshape(-1, *(1,) * (table.ndim - 1)).astype(made.dtype)
    if default is not None and int(default.reshape(())) >= 0:
        made[sizes == 0] = table[int(default.reshape(()))]
    return made.astype(table.dtype)


def _check_table(what: str, table: TensorType, indices: TensorType, rank: int, weights: TensorType | None) -> None:
    require_integer(indices, "indices", what)
    require_rank(indices, "indices", (rank,), what)
    if table.rank < 1:
        raise ShapeError(f"{what}: emb_table must have rows, it is {table}")
    if weights is None:
        return
    require_same_type(table, weights, what)
    if weights.rank != rank:
        raise ShapeError(f"{what}: weights {text(weights.shape)} do not fit indices {text(indices.shape)}")
    for axis, (a, b) in enumerate(zip(weights.shape, indices.shape, strict=True)):
        require_equal(a, b, f"dimensions {axis} of weights and indices", what)


def _check_weights(what: str, reduction: str, weights: TensorType | None) -> None:
    if weights is not None and reduction == "mean":
        raise ShapeError(f"{what}: a mean has no weights; per_sample_weights may be given for reduction sum alone")


def _check_default(what: str, indices: TensorType, default: TensorType | None) -> None:
    if default is None:
        return
    require_same_type(indices, default, what)
    if default.elements != 1:
        raise ShapeError(f"{what}: default_index must be one number, it is {default}")
