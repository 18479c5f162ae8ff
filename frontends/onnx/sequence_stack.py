"""Sequences as one tensor, whose parts along the first axis are the items."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Subtract
from dldt.compiler.ops.comparison import Equal, Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.engine.sequences import StackedSequence, TensorSequence

_ZERO, _ONE = np.array(0, np.int64), np.array(1, np.int64)


def stack_of(given: TensorSequence | StackedSequence) -> Value:
    """All items as parts of one tensor; UnsupportedError where there are none, or they differ."""
    if isinstance(given, StackedSequence):
        return given.stack
    if not given.items or any(item.type != given.items[0].type for item in given.items):
        raise UnsupportedError("a position that is computed at run time needs a sequence whose items have one type")
    return Concat(0)(*map(as_part, given.items))


def as_part(value: Value) -> Value:
    """One item as a part."""
    return Unsqueeze()(value, np.array([0], np.int64))


def length_of(stack: Value) -> Value:
    """How many items there are."""
    return Gather()(ShapeOf()(stack), _ZERO, _ZERO)


def stack_with(stack: Value, tensor: Value, position: Value, context: Context) -> Value:
    """The parts with one more, before that at the position."""
    count = length_of(stack)
    place = place_in(stack, position, 0, context)
    longer = Concat(0)(stack, as_part(tensor))
    number = Range(DType.i64)(_ZERO, Add()(count, _ONE), _ONE)
    behind = Select()(Equal()(number, place), count, Subtract()(number, _ONE))
    return Gather()(longer, Select()(Less()(number, place), number, behind), _ZERO)


def stack_without(stack: Value, position: Value, context: Context) -> Value:
    """The parts without that at the position."""
    count = length_of(stack)
    place = place_in(stack, position, 1, context)
    number = Range(DType.i64)(_ZERO, Subtract()(count, _ONE), _ONE)
    return Gather()(stack, Select()(Less()(number, place), number, Add()(number, _ONE)), _ZERO)


def equal_parts(value: Value, size: Value, axis: int) -> Value:
    """The tensor cut along the axis into parts of one size. The tensor must be a whole number of them."""
    shape, rank = ShapeOf()(value), value.type.rank
    before, behind = (
        Slice()(shape, *(np.array([n], np.int64) for n in (a, b, 1, 0))) for a, b in ((0, axis), (axis + 1, rank))
    )
    part = reshaped(size if size.type.dtype is DType.i64 else Convert(DType.i64)(size), (1,))
    cut = Reshape()(value, Concat(0)(before, np.array([-1], np.int64), part, behind))
    order = [axis, *(i for i in range(rank + 1) if i != axis)]
    return Transpose()(cut, np.array(order, np.int64)) if axis else cut


def picked(stack: Value, position: Value, context: Context) -> Value:
    """One item."""
    return Gather()(stack, place_in(stack, position, 1, context), _ZERO)


def place_in(stack: Value, position: Value, least: int, context: Context) -> Value:
    """A position in a sequence, whose items are as many as the parts of ``stack``, counted from the front; that it is
    inside is a condition of the run. The last one is ``least`` before the end."""
    flat = reshaped(position if position.type.dtype is DType.i64 else Convert(DType.i64)(position), ())
    (given,), size = context.graph.found(flat.id, flat.port, 1), stack.type.shape[0]
    for relation, bound in (("le", size - least), ("ge", -1 * size)):
        if not isinstance(given, int) or not isinstance(bound, int):
            context.graph.demand(relation, given, bound, context.node.title, "the position in the sequence")
        elif given < bound if relation == "ge" else given > bound:
            raise InputError(f"position {given} is outside a sequence of {size}")
    return Select()(Less()(flat, _ZERO), Add()(flat, length_of(stack)), flat)
