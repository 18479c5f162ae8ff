"""What looks at one axis: Hardmax, ReverseSequence, CumProd."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.arithmetic import Multiply
from dldt.compiler.ops.body_ports import ConcatOutput, MergedInput, SliceInput
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.reduce import ReduceProd
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.reverse_sequence import ReverseSequence
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.types import TensorType
from dldt.frontends.onnx.computed_axes import ComputedAxes
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.gathering import extreme_place, numbers_along


@ONNX.imports("Hardmax", since=13)
def hardmax_13(input: Value, *, axis: int = -1) -> Value:
    """1 at the first of the largest along the axis, 0 elsewhere."""
    place = extreme_place(input, axis, "max", 1, 0)
    shape = [1] * input.type.rank
    shape[axis] = -1
    numbers = Reshape()(numbers_along(input, axis % input.type.rank), np.array(shape, np.int64))
    return Convert(input.type.dtype)(Equal()(numbers, place))


@ONNX.imports("Hardmax", since=1)
def hardmax_1(input: Value, *, axis: int = 1) -> Value:
    """As before over all axes from this one on."""
    if not -input.type.rank <= axis <= input.type.rank:
        raise InputError(f"axis {axis} is outside rank {input.type.rank}")
    head = ShapeOf()(input)
    rows = ReduceProd(True)(Slice()(head, *(np.array([n]) for n in (0, axis % input.type.rank, 1))), np.array([0]))
    flat = Reshape()(input, Concat(0)(rows, np.array([-1])))
    return Reshape()(hardmax_13(flat), head)


@ONNX.imports("ReverseSequence", since=10)
def reverse_sequence_10(input: Value, sequence_lens: Value, *, batch_axis: int = 1, time_axis: int = 0) -> Value:
    """The first elements along the time axis in reverse, as many as each sequence has."""
    if {batch_axis, time_axis} != {0, 1}:
        raise InputError(f"batch_axis and time_axis are 0 and 1 in some order, not {batch_axis} and {time_axis}")
    return ReverseSequence(batch_axis, time_axis)(input, sequence_lens)


@ONNX.imports("CumProd", since=26)
def cum_prod_26(x: Value, axis: Value, *, exclusive: int = 0, reverse: int = 0) -> Value:
    """Running products along the axis."""
    rows = ComputedAxes(axis, x.type.rank).between(x)
    one, ones = np.array([1], np.int64), np.array(1, x.type.dtype.numpy)
    back = (np.array([-1]), np.array([-(2**62)]), np.array([-1]), one)
    turned = Slice()(rows, *back) if reverse else rows
    body = Graph(f"{x.graph.name}/products")
    kind = rows.type.dtype
    shape = (turned.type.shape[0], 1, turned.type.shape[2])
    item, before = (body.parameter(name, TensorType(kind, shape)) for name in ("item", "before"))
    after = Multiply()(before, item)
    body.result(after, "after")
    body.result(before if exclusive else after, "each")
    before_all, behind = (Slice()(ShapeOf()(turned), np.array([k]), np.array([k + 1]), one) for k in (0, 2))
    start = Broadcast()(x.graph.constant(ones), Concat(0)(before_all, one, behind))
    ports = (SliceInput(1, 0, 1, 1, -1, input=0, parameter=0), MergedInput(1, 1, 0))
    made = TensorIterator(body, ports, (ConcatOutput(1, 0, 1, 1, -1, result=1),))(turned, start)
    return Reshape()(Slice()(made, *back) if reverse else made, ShapeOf()(x))
