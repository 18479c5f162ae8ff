"""Matrix product."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import same
from dldt.compiler.op import op
from dldt.compiler.ops.axes import require_same_type, text
from dldt.compiler.ops.convolution import accumulator
from dldt.compiler.ops.elementwise import broadcast
from dldt.compiler.ops.linear import Linear
from dldt.compiler.types import Array, DType, Shape, TensorType


@op("opset1")
class MatMul(Linear):
    """y = a @ b, numpy's rules for vectors and batches; ``transpose_a``/``transpose_b`` swap the last two dims first
    (of a vector they change nothing)"""

    transpose_a: bool = attrs.field(default=False)
    transpose_b: bool = attrs.field(default=False)

    def output_channel_axes(self, rank: int) -> tuple[int, ...]:
        return (rank - 2 if self.transpose_b else rank - 1,)

    def input_channel_axes(self, rank: int) -> tuple[int, ...]:
        return (rank - 1 if self.transpose_b else rank - 2,)

    def channel_axis(self, rank: int) -> int:
        return rank - 1

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        require_same_type(a, b, self.type)
        if a.dtype is DType.boolean or a.rank == 0 or b.rank == 0:
            raise ShapeError(f"MatMul: the inputs must be tensors of numbers of rank 1 or more, got {a} and {b}")
        left, right = _matrix(a.shape, self.transpose_a, row=True), _matrix(b.shape, self.transpose_b, row=False)
        if not same(left[-1], right[-2], f"the inner dim of {text(a.shape)}"):
            raise ShapeError(
                f"MatMul: {text(a.shape)}{' transposed' * self.transpose_a} times {text(b.shape)}"
                f"{' transposed' * self.transpose_b}: inner dimensions {left[-1]} and {right[-2]} differ"
            )
        batch = broadcast(left[:-2], right[:-2], self.type)
        rows = (left[-2],) if a.rank > 1 else ()
        columns = (right[-1],) if b.rank > 1 else ()
        return TensorType(a.dtype, batch + rows + columns)

    def evaluate(self, a: Array, b: Array) -> Array:
        sums = accumulator(a.dtype) if not np.issubdtype(a.dtype, np.integer) else a.dtype
        left = np.swapaxes(a, -1, -2) if self.transpose_a and a.ndim > 1 else a
        right = np.swapaxes(b, -1, -2) if self.transpose_b and b.ndim > 1 else b
        return np.asarray(np.matmul(left.astype(sums), right.astype(sums))).astype(a.dtype)


def _matrix(shape: Shape, transposed: bool, *, row: bool) -> Shape:
    """The shape as a (batch of) matrices: a vector is one row (left operand) or one column (right operand)."""
    if len(shape) == 1:
        return (1, *shape) if row else (*shape, 1)
    return (*shape[:-2], shape[-1], shape[-2]) if transposed else shape
