"""Attention: softmax of the products of queries and keys, times the values."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.composition import Composition, composed
from dldt.compiler.ir.compositions.sizes import counted, like, size_of
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply
from dldt.compiler.ops.comparison import LessEqual
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.softmax import Softmax8
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.unary import Sqrt
from dldt.compiler.types import DType


@composed("ScaledDotProductAttention")
class ScaledDotProductAttention(Composition):
    """softmax(query · keyᵀ · scale + mask) · value; ``causal``: a query sees the keys up to its own place."""

    causal: bool = attrs.field(default=False)

    def compose(
        self, query: Value, key: Value, value: Value, mask: Value | None = None, scale: Value | None = None
    ) -> tuple[Value, ...]:
        if min(x.type.rank for x in (query, key, value)) < 2:
            raise ShapeError(f"query {query.type}, key {key.type} and value {value.type} must be batches of matrices")
        products = MatMul(False, True)(query, key)
        if scale is None:
            width = query.type.shape[-1]
            root = like(query, float(width) ** 0.5) if isinstance(width, int) else _root(query)
            scores = Divide()(products, root)
        else:
            scores = Multiply()(products, scale if scale.type.rank == 0 else Reshape()(scale, np.zeros(0, np.int64)))
        return (MatMul()(Softmax8(-1)(self._masked(scores, query, key, mask)), value),)

    def _masked(self, scores: Value, query: Value, key: Value, mask: Value | None) -> Value:
        lowest = like(query, -np.inf)
        if self.causal:
            rows, columns = counted(size_of(query, -2)), counted(size_of(key, -2))
            return Select()(LessEqual()(columns, Unsqueeze()(rows, np.array([1]))), scores, lowest)
        if mask is None or mask.type.rank == 0:
            return scores
        if mask.type.dtype is DType.boolean:
            return Select()(mask, scores, lowest)
        return Add()(scores, mask)


def _root(query: Value) -> Value:
    return Sqrt()(Convert(query.type.dtype)(size_of(query, -1)))
