"""Lists of places and values, of which every row has one at least."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.composition import Composition, composed
from dldt.compiler.ir.compositions.sizes import counted, number, size_of
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.non_zero import NonZero
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.scatter import ScatterElementsUpdate
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.top_k import TopK
from dldt.compiler.types import DType

_FIRST, _ONE = np.array([0]), np.array([1])


@composed("SparseFillEmptyRows")
class SparseFillEmptyRows(Composition):
    """The places and values, with the default at the beginning of every row that has none, sorted by rows; and which
    rows had none."""

    def compose(self, values: Value, dense_shape: Value, indices: Value, default_value: Value) -> tuple[Value, ...]:
        if indices.type.rank != 2 or values.type.rank != 1:
            raise ShapeError(f"indices {indices.type} and values {values.type} must be rows of places, and a vector")
        rows = Convert(DType.i64)(Gather()(indices, number(0), number(1)))
        count = Convert(DType.i64)(Gather()(dense_shape, _FIRST, number(0)))
        zero, one = (values.graph.constant(number(n)) for n in (0, 1))
        ones = Broadcast()(one, ShapeOf()(rows))
        empty = Equal()(ScatterElementsUpdate("sum")(Broadcast()(zero, count), rows, ones, number(0)), number(0))
        missing = Squeeze()(NonZero()(empty), _FIRST)
        every = Concat(0)(rows, missing)
        place = counted(size_of(every, 0))
        # No two keys are equal: rows come first, places second.
        keys = Add()(Multiply()(every, size_of(every, 0)), place)
        order = TopK(0, "min", "value", DType.i64).all(keys, size_of(every, 0))[1]
        more = Concat(1)(*(Unsqueeze()(x, _ONE) for x in (missing, Multiply()(missing, number(0)))))
        more = more if indices.type.dtype is DType.i64 else Convert(indices.type.dtype)(more)
        filling = Broadcast()(Reshape()(default_value, np.zeros(0, np.int64)), ShapeOf()(missing))
        found = (Concat(0)(indices, more), Concat(0)(values, filling))
        places, numbers = (Gather()(x, order, number(0)) for x in found)
        return places, numbers, empty
