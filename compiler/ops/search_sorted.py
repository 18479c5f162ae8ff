"""Where numbers belong among sorted ones."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import require_equal, require_same_type
from dldt.compiler.types import Array, DType, TensorType

PLACES = (DType.i64, DType.i32)


@op("opset3")
class Bucketize(Op):
    """y = the number of the bucket that each element is in, of those whose borders are ``buckets``; an element that
    equals a border belongs to the bucket on its left where ``with_right_bound``"""

    output_type: DType = attrs.field(default=DType.i64, converter=DType)
    with_right_bound: bool = attrs.field(default=True)

    def infer(self, data: TensorType, buckets: TensorType) -> TensorType:
        check_places(self.output_type, self.type)
        if buckets.rank != 1:
            raise ShapeError(f"Bucketize: buckets must be a vector, they are {buckets}")
        return TensorType(self.output_type, data.shape)

    def evaluate(self, data: Array, buckets: Array) -> Array:
        return _counted(buckets, data, with_equals=not self.with_right_bound).astype(self.output_type.numpy)


@op("opset15")
class SearchSorted(Op):
    """y = how many elements of the sorted row are less than the value, or not above it where ``right_mode``; one sorted
    row serves all values, or each row of values has its own"""

    right_mode: bool = attrs.field(default=False)
    output_type: DType = attrs.field(default=DType.i64, converter=DType)

    def infer(self, sorted_sequence: TensorType, values: TensorType) -> TensorType:
        check_places(self.output_type, self.type)
        require_same_type(sorted_sequence, values, self.type)
        rows: tuple[Dim, ...] = sorted_sequence.shape[:-1]
        if sorted_sequence.rank != 1:
            if sorted_sequence.rank != values.rank or not sorted_sequence.rank:
                raise ShapeError(f"SearchSorted: rows {sorted_sequence} and values {values} differ in their rank")
            for axis, (a, b) in enumerate(zip(rows, values.shape[:-1], strict=True)):
                require_equal(a, b, f"dimensions {axis} of the sorted rows and the values", self.type)
        return TensorType(self.output_type, values.shape)

    def evaluate(self, sorted_sequence: Array, values: Array) -> Array:
        if sorted_sequence.ndim == 1:
            return _counted(sorted_sequence, values, self.right_mode).astype(self.output_type.numpy)
        made = np.zeros(values.shape, self.output_type.numpy)
        for row in np.ndindex(values.shape[:-1]):
            made[row] = _counted(sorted_sequence[row], values[row], self.right_mode)
        return made


def check_places(kind: DType, what: str) -> None:
    """ShapeError unless places can be given in this type."""
    if kind not in PLACES:
        raise ShapeError(f"{what}: output_type is {kind}, must be i64 or i32")


def _counted(row: Array, values: Array, with_equals: bool) -> Array:
    """For each value how many elements of the sorted row are below it."""
    return np.asarray(np.searchsorted(row, values, "right") if with_equals else np.searchsorted(row, values, "left"))
