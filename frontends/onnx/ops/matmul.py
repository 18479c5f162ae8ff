"""Matrix products: MatMul, Gemm."""

from __future__ import annotations

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.matmul import MatMul
from dldt.frontends.onnx.framework import ONNX


@ONNX.imports("MatMul", since=1)
def matmul_1(A: Value, B: Value) -> Value:
    """The product of the last two axes, the others broadcast."""
    return MatMul()(A, B)


@ONNX.imports("Gemm", since=7)
def gemm_7(
    A: Value, B: Value, C: Value, *, alpha: float = 1.0, beta: float = 1.0, transA: int = 0, transB: int = 0
) -> Value:
    """alpha * A' * B' + beta * C"""
    return _gemm(A, B, C, alpha, beta, transA, transB)


@ONNX.imports("Gemm", since=11)
def gemm_11(
    A: Value,
    B: Value,
    C: Value | None = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> Value:
    """As before; C may be left out."""
    return _gemm(A, B, C, alpha, beta, transA, transB)


def _gemm(A: Value, B: Value, C: Value | None, alpha: float, beta: float, transA: int, transB: int) -> Value:
    if A.type.rank != 2 or B.type.rank != 2:
        raise ShapeError(f"Gemm multiplies matrices, not {A.type} and {B.type}")
    product = MatMul(bool(transA), bool(transB))(A, B)
    scaled = product if alpha == 1 else Multiply()(product, alpha)
    if C is None or beta == 0:
        return scaled
    return Add()(scaled, C if beta == 1 else Multiply()(C, beta))
