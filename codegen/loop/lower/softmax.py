"""Softmax and its logarithm. The maximum and the sum depend only on the outer axes."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, apply, lowers
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.lower.statistics import axes_over, total
from dldt.compiler import ops
from dldt.compiler.types import TensorType

Types = tuple[TensorType, ...]


@lowers(ops.SoftMax, ops.Softmax8, ops.LogSoftmax, kind="reduce")
def softmax(op: ops.SoftMax | ops.Softmax8 | ops.LogSoftmax, types: Types, x: Access, *, fresh: Fresh) -> Access:
    """exp(x - max)/Σ exp(x - max), or its logarithm x - max - log Σ exp(x - max)."""
    along = (op.axis % x.type.rank,)
    peaks, sums = (axes_over(x.type.shape, along, fresh) for _ in range(2))

    def shifted(index: Index) -> Expr:
        return apply("sub", x(index), total("max", peaks, index, x))

    def element(index: Index) -> Expr:
        whole = total("sum", sums, index, lambda i: apply("exp", shifted(i)))
        if isinstance(op, ops.LogSoftmax):
            return apply("sub", shifted(index), apply("log", whole))
        return apply("div", apply("exp", shifted(index)), whole)

    return Access(types[0], element)
