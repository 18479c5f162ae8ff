"""Each value once."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import maximum_of
from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import defined
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import known_int, normal_axis
from dldt.compiler.types import Array, DType, TensorType


@op("opset10")
class Unique(Op):
    """values, the place where each stands first, for each element the place of its value, how often each occurs: of
    data flattened, or of its slices along ``axis``. The values are sorted, or in the order of their first places. How
    many there are is found when the model runs"""

    sorted: bool = attrs.field(default=True)
    index_element_type: DType = attrs.field(default=DType.i64, converter=DType)
    count_element_type: DType = attrs.field(default=DType.i64, converter=DType)

    def infer(self, data: TensorType, axis: TensorType | None = None) -> tuple[TensorType, ...]:
        if axis is None:
            size, at = data.elements, 0
        else:
            at = normal_axis(known_int(axis, "axis", self.type), data.rank, self.type)
            size = data.shape[at]
        most = maximum_of(size)
        count = defined("count", 0, int(most) if most < 2**62 else None)
        values = (count,) if axis is None else (*data.shape[:at], count, *data.shape[at + 1 :])
        if data.rank == 0 and axis is not None:
            raise ShapeError("Unique: data of rank 0 has no axis")
        kind = self.index_element_type
        return (
            TensorType(data.dtype, values),
            TensorType(kind, (count,)),
            TensorType(kind, (size,)),
            TensorType(self.count_element_type, (count,)),
        )

    def evaluate(self, data: Array, axis: Array | None = None) -> tuple[Array, ...]:
        at = None if axis is None else int(axis.reshape(()))
        found = np.unique(data, return_index=True, return_inverse=True, return_counts=True, axis=at)
        values, first, inverse, counts = found[0], found[1], found[2].reshape(-1), found[3]
        if not self.sorted:
            order = np.argsort(first, kind="stable")
            place = np.argsort(order, kind="stable")
            values = np.take(values, order, 0 if at is None else at)
            first, inverse, counts = first[order], place[inverse], counts[order]
        kind = self.index_element_type.numpy
        return values, first.astype(kind), inverse.astype(kind), counts.astype(self.count_element_type.numpy)
