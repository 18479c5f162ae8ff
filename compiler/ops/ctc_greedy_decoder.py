"""Decoding of connectionist temporal classification: the best class of each step, without repeats and blanks."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import require_equal, require_float, require_integer, require_rank, require_same_type
from dldt.compiler.ops.search_sorted import check_places
from dldt.compiler.types import Array, DType, TensorType


@op("opset1")
class CTCGreedyDecoder(Op):
    """y[n, :, 0, 0] = the best classes of data [T, N, C], those left out that are the last class (blank) or, where
    ``ctc_merge_repeated``, the class of the step before; then -1. Steps from the first 0 of ``sequence_mask`` on do not
    count"""

    ctc_merge_repeated: bool = attrs.field(default=True)

    def infer(self, data: TensorType, sequence_mask: TensorType) -> TensorType:
        require_float(data, "data", self.type)
        require_rank(data, "data", (3,), self.type)
        require_rank(sequence_mask, "sequence_mask", (2,), self.type)
        require_same_type(data, sequence_mask, self.type)
        for axis in range(2):
            what = f"dimensions {axis} of data and sequence_mask"
            require_equal(data.shape[axis], sequence_mask.shape[axis], what, self.type)
        return TensorType(data.dtype, (data.shape[1], data.shape[0], 1, 1))

    def evaluate(self, data: Array, sequence_mask: Array) -> Array:
        best = data.argmax(axis=2).T
        valid = np.logical_and.accumulate(sequence_mask.T != 0, axis=1)
        codes, _ = _decoded(best, valid, data.shape[2] - 1, self.ctc_merge_repeated)
        return codes.reshape(*codes.shape, 1, 1).astype(data.dtype)


@op("opset6")
class CTCGreedyDecoderSeqLen(Op):
    """codes, lengths: the best classes of data [N, T, C] in the first sequence_length[n] steps, those left out that are
    ``blank_index`` (the last class where it is not given) or, where ``merge_repeated``, the class of the step before;
    then -1"""

    merge_repeated: bool = attrs.field(default=True)
    classes_index_type: DType = attrs.field(default=DType.i32, converter=DType)
    sequence_length_type: DType = attrs.field(default=DType.i32, converter=DType)

    def infer(
        self, data: TensorType, sequence_length: TensorType, blank_index: TensorType | None = None
    ) -> tuple[TensorType, TensorType]:
        require_float(data, "data", self.type)
        require_rank(data, "data", (3,), self.type)
        require_rank(sequence_length, "sequence_length", (1,), self.type)
        require_integer(sequence_length, "sequence_length", self.type)
        require_equal(data.shape[0], sequence_length.shape[0], "the batches of data and sequence_length", self.type)
        for kind in (self.classes_index_type, self.sequence_length_type):
            check_places(kind, self.type)
        if blank_index is not None and (not blank_index.dtype.is_integer or blank_index.elements != 1):
            raise ShapeError(f"CTCGreedyDecoderSeqLen: blank_index must be one integer, it is {blank_index}")
        return (
            TensorType(self.classes_index_type, data.shape[:2]),
            TensorType(self.sequence_length_type, data.shape[:1]),
        )

    def evaluate(self, data: Array, sequence_length: Array, blank_index: Array | None = None) -> tuple[Array, Array]:
        blank = data.shape[2] - 1 if blank_index is None else int(blank_index.reshape(()))
        valid = np.arange(data.shape[1]) < sequence_length[:, None]
        codes, counts = _decoded(data.argmax(axis=2), valid, blank, self.merge_repeated)
        return codes.astype(self.classes_index_type.numpy), counts.astype(self.sequence_length_type.numpy)


def _decoded(best: Array, valid: Array, blank: int, merge: bool) -> tuple[Array, Array]:
    """The classes that stay of each row, and how many."""
    kept = valid & (best != blank)
    if merge:
        kept[:, 1:] &= best[:, 1:] != best[:, :-1]
    codes = np.full(best.shape, -1, np.int64)
    for row, classes, chosen in zip(codes, best, kept, strict=True):
        row[: chosen.sum()] = classes[chosen]
    return codes, kept.sum(axis=1)
