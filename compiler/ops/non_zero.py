"""The places of the elements that are not zero."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import maximum_of
from dldt.compiler.inference import defined
from dldt.compiler.op import Op, op
from dldt.compiler.types import Array, DType, TensorType


@op("opset3")
class NonZero(Op):
    """y[:, j] = the index of the j-th element of data that is not zero, in C order; that of a scalar is one number; how
    many there are is found when the model runs"""

    output_type: DType = attrs.field(default=DType.i64, converter=DType)

    def infer(self, data: TensorType) -> TensorType:
        most = maximum_of(data.elements)
        count = defined("count", 0, int(most) if most < 2**62 else None)
        return TensorType(self.output_type, (max(data.rank, 1), count))

    def evaluate(self, data: Array) -> Array:
        return np.array(np.nonzero(np.atleast_1d(data)), self.output_type.numpy)
