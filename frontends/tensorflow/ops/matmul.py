"""Matrix products."""

from __future__ import annotations

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.types import DType
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.named import named
from dldt.frontends.tensorflow.numbers import cast


@TENSORFLOW.imports("MatMul")
def matmul(
    a: Value,
    b: Value,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    grad_a: bool = False,
    grad_b: bool = False,
) -> Value:
    """The product of two matrices."""
    if a.type.rank != 2 or b.type.rank != 2:
        raise ShapeError(f"MatMul multiplies matrices, not {a.type} and {b.type}")
    return MatMul(transpose_a, transpose_b)(a, b)


def _batches(x: Value, y: Value, *, adj_x: bool, adj_y: bool, grad_x: bool, grad_y: bool) -> Value:
    return MatMul(adj_x, adj_y)(x, y)


for _name in ("BatchMatMul", "BatchMatMulV2"):
    TENSORFLOW.imports(_name)(
        named(
            _batches,
            "x y",
            adj_x=(bool, False),
            adj_y=(bool, False),
            grad_x=(bool, False),
            grad_y=(bool, False),
        )
    )


@TENSORFLOW.imports("BatchMatMulV3")
def batch_matmul_v3(
    x: Value,
    y: Value,
    *,
    Tout: DType,
    adj_x: bool = False,
    adj_y: bool = False,
    grad_x: bool = False,
    grad_y: bool = False,
) -> Value:
    """The products of batches of matrices; `Tout` is the type of the sums."""
    return MatMul(adj_x, adj_y)(cast(x, Tout), cast(y, Tout))
