"""A tensor cut into a sequence of parts of one size, the last of which has what is left."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.sizes import counted
from dldt.compiler.ops.arithmetic import Add, Divide, Minimum, Multiply, Subtract
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reduce import ReduceProd
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.engine.sequences import RaggedSequence
from dldt.frontends.onnx.sequence_ragged import flattened, tail_behind

_ZERO, _ONE = np.array(0, np.int64), np.array(1, np.int64)


def cut(value: Value, size: Value, axis: int, context: Context) -> RaggedSequence:
    """The parts along an axis. That the size is at least 1 is a condition of the run."""
    part = reshaped(size if size.type.dtype is DType.i64 else Convert(DType.i64)(size), ())
    (given,) = context.graph.found(part.id, part.port, 1)
    context.graph.demand("ge", given, 1, context.node.title, "the size of a part")
    tail = tail_behind(value.type.shape, axis)
    lead = value.type.rank - len(tail)
    shape = ShapeOf()(value)
    whole = Gather()(shape, np.array(axis, np.int64), _ZERO)
    count = Divide()(Add()(whole, Subtract()(part, _ONE)), part)
    start = Multiply()(counted(count), part)
    extents = Minimum()(part, Subtract()(whole, start))
    before, behind = _part(shape, 0, axis), _part(shape, axis + 1, lead)
    many = Unsqueeze()(count, np.array([0], np.int64))
    columns = [
        Broadcast()(before, Concat(0)(many, np.array([axis], np.int64))),
        Unsqueeze()(extents, np.array([1], np.int64)),
        Broadcast()(behind, Concat(0)(many, np.array([lead - axis - 1], np.int64))),
    ]
    flat = flattened(value, tail)
    if axis:
        outer, inner = ReduceProd()(before, _ZERO), ReduceProd()(behind, _ZERO)
        flat = Gather()(flat, _rows(outer, inner, whole, part, extents), _ZERO)
    return RaggedSequence(flat, Concat(1)(*columns))


def _rows(outer: Value, inner: Value, whole: Value, part: Value, extents: Value) -> Value:
    """Which row of the tensor, as ``outer`` x ``whole`` x ``inner`` rows, each row of the parts is."""
    row = counted(Multiply()(Multiply()(outer, whole), inner))
    every = Multiply()(Multiply()(outer, part), inner)
    item = Divide()(row, every)
    inside = Subtract()(row, Multiply()(item, every))
    turn = Multiply()(Gather()(extents, item, _ZERO), inner)
    number = Divide()(inside, turn)
    rest = Subtract()(inside, Multiply()(number, turn))
    return Add()(Multiply()(Add()(Multiply()(number, whole), Multiply()(item, part)), inner), rest)


def _part(vector: Value, start: int, end: int) -> Value:
    return Slice()(vector, *(np.array([n], np.int64) for n in (start, end, 1, 0)))
