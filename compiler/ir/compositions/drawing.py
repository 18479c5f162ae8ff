"""Classes drawn by their probabilities."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.composition import Composition, composed
from dldt.compiler.ir.compositions.sizes import like, number, scalar
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.comparison import Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.random_uniform import RandomUniform
from dldt.compiler.ops.reduce import ReduceMax, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Negative
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.top_k import CumSum, TopK
from dldt.compiler.ops.unary import Exp, Log
from dldt.compiler.types import DType

_FIRST, _ONE = np.array([0]), np.array([1])


@composed("Multinomial")
class Multinomial(Composition):
    """Numbers of classes, drawn with replacement by the running sums of the probabilities; without it, those of the
    largest sums of a logarithm and Gumbel noise."""

    convert_type: DType = attrs.field(converter=DType)
    with_replacement: bool = attrs.field(default=False)
    log_probs: bool = attrs.field(default=False)
    global_seed: int = attrs.field(default=0, converter=int)
    op_seed: int = attrs.field(default=0, converter=int)

    def compose(self, probs: Value, num_samples: Value) -> tuple[Value, ...]:
        if probs.type.rank not in (1, 2):
            raise ShapeError(f"probs must be a vector, or a row for each item of a batch; they are {probs.type}")
        rows = Unsqueeze()(probs, _FIRST) if probs.type.rank == 1 else probs
        made = self._drawn(Convert(DType.f32)(rows), scalar(num_samples))
        made = Convert(self.convert_type)(made)
        return (Squeeze()(made, _FIRST) if probs.type.rank == 1 else made,)

    def _drawn(self, rows: Value, samples: Value) -> Value:
        shape = ShapeOf()(rows)
        if not self.with_replacement:
            noise = Negative()(Log()(Negative()(Log()(self._uniform(shape, rows)))))
            keys = Add()(rows if self.log_probs else Log()(rows), noise)
            return TopK(1, "max", "value", DType.i64).all(keys, samples)[1]
        weights = Exp()(Subtract()(rows, ReduceMax(True)(rows, _ONE))) if self.log_probs else rows
        upto = CumSum()(weights, number(1))
        batch = Slice()(shape, _FIRST, _ONE, _ONE)
        drawn = Multiply()(self._uniform(Concat(0)(batch, Reshape()(samples, _ONE)), rows), ReduceMax(True)(upto, _ONE))
        below = Less()(Unsqueeze()(upto, _ONE), Unsqueeze()(drawn, np.array([2])))
        return ReduceSum()(Convert(DType.i64)(below), np.array([2]))

    def _uniform(self, shape: Value, rows: Value) -> Value:
        return RandomUniform(DType.f32, self.global_seed, self.op_seed)(shape, like(rows, 0), like(rows, 1))
