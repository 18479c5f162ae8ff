"""Matrix product as a sum over the inner dim."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, apply, lowers, position, reduce
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.compiler import ops
from dldt.compiler.dims import Dim
from dldt.compiler.types import TensorType

Types = tuple[TensorType, ...]


@lowers(ops.MatMul, kind="reduce")
def matmul(op: ops.MatMul, types: Types, a: Access, b: Access, *, fresh: Fresh) -> Access:
    """y[.., i, j] = Σ_k a[.., i, k] · b[.., k, j]; a vector has no i (no j)."""
    swap_a, swap_b = op.transpose_a and a.type.rank > 1, op.transpose_b and b.type.rank > 1
    inner = fresh.axis("k", a.type.shape[-2 if swap_a else -1])
    k = position(inner)

    def element(index: Index) -> Expr:
        rest = list(index)
        column = [rest.pop()] if b.type.rank > 1 else []
        row = [rest.pop()] if a.type.rank > 1 else []
        left = (*row, k) if not swap_a else (k, *row)
        right = (k, *column) if not swap_b else (*column, k)
        product = apply("mul", _matrix(a, rest, left), _matrix(b, rest, right))
        return reduce("sum", (inner,), product)

    return Access(types[0], element)


def _matrix(x: Access, batch: list[Dim], at: Index) -> Expr:
    """The element at ``at`` of the matrix that broadcasting selects from the batch."""
    outer = x.type.shape[:-2] if x.type.rank > 1 else ()
    tail = batch[len(batch) - len(outer) :]
    return x((*(0 if dim == 1 else i for dim, i in zip(outer, tail, strict=True)), *at))
