"""The inverse of matrices, by elimination."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ir.compositions.composition import Composition, composed
from dldt.compiler.ir.compositions.sizes import counted, like, number, size_of
from dldt.compiler.ops.arithmetic import Divide, Multiply, Subtract
from dldt.compiler.ops.body_ports import BodyOutput, InvariantInput, MergedInput, SliceInput
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal, GreaterEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.ops.top_k import TopK
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType, TensorType

_ONE, _COLUMN = np.array([1]), np.array([2])


@composed("Inverse")
class Inverse(Composition):
    """The inverse of each matrix, transposed where ``adjoint``: elimination by Gauss and Jordan, with the largest pivot
    of a column."""

    adjoint: bool = attrs.field(default=False)

    def compose(self, data: Value) -> tuple[Value, ...]:
        rank = data.type.rank
        if rank < 2 or not data.type.dtype.is_float:
            raise ShapeError(f"matrices of floating-point numbers are needed, data is {data.type}")
        sides = data.type.shape[-2:]
        if all(isinstance(side, int) for side in sides) and sides[0] != sides[1]:
            raise ShapeError(f"matrices must have as many rows as columns, data is {data.type}")
        size = size_of(data, -1)
        side = Reshape()(size, _ONE)
        before = Slice()(ShapeOf()(data), np.array([0]), np.array([-2]), _ONE)
        # Where the sizes are free, that they are equal is a condition of this Reshape.
        square = Reshape()(data, Concat(0)(before, side, side))
        matrices = Reshape()(square, Concat(0)(np.array([-1]), side, side))
        places = counted(size)
        diagonal = Equal()(Unsqueeze()(places, _ONE), places)
        unit = Broadcast()(Convert(data.type.dtype)(diagonal), ShapeOf()(matrices))
        work = _eliminated(Concat(2)(matrices, unit), places)
        end = Reshape()(Multiply()(size, number(2)), _ONE)
        made = Reshape()(Slice()(work, side, end, _ONE, _COLUMN), ShapeOf()(data))
        return (Transpose()(made, np.array([*range(rank - 2), rank - 1, rank - 2])) if self.adjoint else made,)


def _eliminated(work: Value, places: Value) -> Value:
    """One turn for each column: the left half becomes the unit matrix, the right half the inverse."""
    body = Graph(f"{work.graph.name}/{work.name}/elimination")
    column = body.parameter("column", TensorType(DType.i64, (1,)))
    state = body.parameter("state", work.type)
    rows = body.parameter("rows", places.type)
    sizes = Abs()(Gather()(state, Reshape()(column, np.zeros(0, np.int64)), number(2)))
    candidates = Select()(GreaterEqual()(rows, column), sizes, like(work, -1))
    best = TopK(1, "max", "value", DType.i64).all(candidates, number(1))[1]  # [B, 1]
    chosen, here = Gather(1)(state, best, number(1)), Gather()(state, column, number(1))  # [B, 1, 2n]
    scaled = Divide()(chosen, Gather()(chosen, column, number(2)))
    line = Unsqueeze()(rows, np.array([0, 2]))
    swapped = Select()(Equal()(line, Unsqueeze()(best, _COLUMN)), here, state)
    factors = Gather()(swapped, column, number(2))  # [B, n, 1]
    cleared = Subtract()(swapped, Multiply()(factors, scaled))
    body.result(Select()(Equal()(line, column), scaled, cleared), "next")
    ports = (SliceInput(input=0, parameter=0), MergedInput(1, 1, 0), InvariantInput(2, 2))
    return TensorIterator(body, ports, (BodyOutput(0),))(places, work, places)
