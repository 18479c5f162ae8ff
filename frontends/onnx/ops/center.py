"""CenterCropPad: the middle of a tensor, or a tensor with zeros around it."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.sizes import counted, like, number, scalar, size_of
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Minimum, Subtract
from dldt.compiler.ops.comparison import GreaterEqual, Less
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.slice import Slice
from dldt.frontends.engine.known import known_dims
from dldt.frontends.onnx.framework import ONNX


@ONNX.imports("CenterCropPad", since=18)
def center_crop_pad_18(input_data: Value, shape: Value, *, axes: tuple[int, ...] | None = None) -> Value:
    """Cut or filled to the sizes of the axes; of an odd number of elements the begin loses, or gets, one less."""
    rank = input_data.type.rank
    given = range(rank) if axes is None else axes
    if any(not -rank <= axis < rank for axis in given) or shape.type.elements != len(given):
        raise InputError(f"axes {list(given)} and sizes {shape.type} do not fit {input_data.type}")
    sizes = known_dims(shape) or (None,) * len(given)
    made = input_data
    for place, axis in enumerate(given):
        here, wanted = made.type.shape[axis % rank], sizes[place]
        if isinstance(here, int) and isinstance(wanted, int):
            made = _fixed(made, axis % rank, here, wanted)
        elif here != wanted:
            made = _found(made, axis % rank, scalar(Gather()(shape, number(place), number(0))))
    return made


def _fixed(x: Value, axis: int, here: int, wanted: int) -> Value:
    room = abs(wanted - here)
    before = room // 2
    if here >= wanted:
        ends = (np.array([before]), np.array([before + wanted]), np.array([1]), np.array([axis]))
        return Slice()(x, *ends) if room else x
    begin, end = (np.eye(x.type.rank, dtype=np.int64)[axis] * width for width in (before, room - before))
    padded: Value = Pad("constant")(x, begin, end, like(x, 0))
    return padded


def _found(x: Value, axis: int, wanted: Value) -> Value:
    """Each element by its place in x, so that there are as many as are wanted whatever the size of x is."""
    here = size_of(x, axis)
    begin = Divide(m_pythondiv=False)(Subtract()(here, wanted), number(2))
    place = Add()(counted(wanted), begin)
    inside = LogicalAnd()(GreaterEqual()(place, number(0)), Less()(place, here))
    held = Maximum()(Minimum()(place, Subtract()(here, number(1))), number(0))
    shape = np.ones(x.type.rank, np.int64)
    shape[axis] = -1
    made: Value = Select()(Reshape()(inside, shape), Gather()(x, held, number(axis)), like(x, 0))
    return made
