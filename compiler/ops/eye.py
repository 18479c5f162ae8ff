"""Matrices with ones on a diagonal."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import minimum_of
from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import known_dim, known_dims, require_integer
from dldt.compiler.types import Array, DType, TensorType


@op("opset9")
class Eye(Op):
    """y = matrices of ``num_rows`` by ``num_columns`` with 1 on diagonal ``diagonal_index`` and 0 elsewhere, as many as
    ``batch_shape`` says"""

    output_type: DType = attrs.field(converter=DType)

    def infer(
        self,
        num_rows: TensorType,
        num_columns: TensorType,
        diagonal_index: TensorType,
        batch_shape: TensorType | None = None,
    ) -> TensorType:
        require_integer(diagonal_index, "diagonal_index", self.type)
        if diagonal_index.elements != 1:
            raise ShapeError(f"Eye: diagonal_index must be one number, it is {diagonal_index}")
        batch = () if batch_shape is None else known_dims(batch_shape, "batch_shape", self.type)
        matrix = known_dim(num_rows, "num_rows", self.type), known_dim(num_columns, "num_columns", self.type)
        for dim in (*batch, *matrix):
            if minimum_of(dim) < 0 and isinstance(dim, int):
                raise ShapeError(f"Eye: a matrix or batch of size {dim}; sizes must not be negative")
        return TensorType(self.output_type, (*batch, *matrix))

    def evaluate(
        self, num_rows: Array, num_columns: Array, diagonal_index: Array, batch_shape: Array | None = None
    ) -> Array:
        rows, columns, diagonal = (int(x.reshape(())) for x in (num_rows, num_columns, diagonal_index))
        batch = () if batch_shape is None else tuple(int(dim) for dim in batch_shape)
        hit = np.arange(columns) - np.arange(rows)[:, None] == diagonal
        return np.broadcast_to(hit, (*batch, rows, columns)).astype(self.output_type.numpy)
