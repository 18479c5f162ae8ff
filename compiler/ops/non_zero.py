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
    """y[:, j] = the index of the j-th element of data that is not zero, in C order; how many there are is found when
    the model runs"""

    output_type: DType = attrs.field(default=DType.i64, converter=DType)

    def infer(self, data: TensorType) -> TensorType:
        most = maximum_of(data.elements)
        count = defined("count", 0, int(most) if most < 2**62 else None)
        return TensorType(self.output_type, (data.rank, count))

    def evaluate(self, data: Array) -> Array:
        places = np.nonzero(data) if data.ndim else (np.flatnonzero(data),)[: data.ndim]
        count = np.count_nonzero(data)
        return np.array(places, self.output_type.numpy).reshape(data.ndim, count)
