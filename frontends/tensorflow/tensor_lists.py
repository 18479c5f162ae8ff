"""Lists of tensors and arrays of tensors, as one tensor whose parts along the first axis are the items."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.scatter import ScatterNDUpdate
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.types import DType, TensorType
from dldt.frontends.engine.known import known_array, known_dims
from dldt.frontends.engine.sequences import (
    GrowingSequence,
    Imported,
    ReservedSequence,
    StackedSequence,
    TensorSequence,
)

_ZERO = np.array(0, np.int64)


def as_part(value: Value) -> Value:
    """One item as a part."""
    return Unsqueeze()(value, np.array([0], np.int64))


def length_of(given: Imported) -> Value:
    """How many items there are, one i64."""
    if isinstance(given, ReservedSequence):
        return given.count if given.count.type.dtype is DType.i64 else Convert(DType.i64)(given.count)
    return Gather()(ShapeOf()(stack_of(given)), _ZERO, _ZERO)


def stack_of(given: Imported) -> Value:
    """All items as parts of one tensor. Raises UnsupportedError where nothing tells their shape, or they differ."""
    if isinstance(given, StackedSequence):
        return given.stack
    if isinstance(given, TensorSequence) and given.items:
        if any(item.type != given.items[0].type for item in given.items):
            raise UnsupportedError("a list whose items differ in type or shape is not supported here")
        return Concat(0)(*map(as_part, given.items))
    if isinstance(given, ReservedSequence):
        return _zeros(given)
    if isinstance(given, GrowingSequence):
        raise UnsupportedError("a list is read in the loop that fills it")
    raise InputError("a list of tensors is needed" if isinstance(given, Value) else "the list has no items to be read")


def item_at(given: Imported, index: Value) -> Value:
    """The item of this number."""
    known = known_array(index)
    if isinstance(given, TensorSequence) and known is not None and 0 <= int(known.item()) < len(given.items):
        return given.items[int(known.item())]
    return Gather()(stack_of(given), index, _ZERO)


def with_item(given: Imported, index: Value, item: Value, grows: bool = False) -> Imported:
    """The list with another item of this number. ``grows``: it becomes longer where it has no such item."""
    if isinstance(given, GrowingSequence):
        return GrowingSequence(given.start, (*given.appended, item))
    if grows:
        return _grown(given, index, item)
    if isinstance(given, ReservedSequence):
        own = TensorType(item.type.dtype, (0, *item.type.shape))
        given = StackedSequence(filled(given.count, own, [item]))
    place = Reshape()(index, np.array([1, 1], np.int64))
    return StackedSequence(ScatterNDUpdate()(stack_of(given), place, as_part(item)))


def _grown(given: Imported, index: Value, item: Value) -> Imported:
    """A list of dynamic size with one more item, where it is known that it is the next one."""
    known = known_array(index)
    if isinstance(given, ReservedSequence) and known_dims(given.count) == (0,):
        given = TensorSequence((), given.dtype)
    if known is None or not isinstance(given, TensorSequence) or known.item() != len(given.items):
        raise UnsupportedError(
            "a list of dynamic size is supported where every turn of a loop writes the item of the turn's number, or "
            "items are written one by one; give the TensorArray its size"
        )
    return TensorSequence((*given.items, item), given.dtype)


def filled(count: Value, stack: TensorType, sources: Iterable[Value]) -> Value:
    """``count`` items of zeros, whose shape is that of the parts of ``stack``; dims that are no numbers are taken from
    ``sources``. Raises UnsupportedError where no source has such a dim."""
    values = list(sources)
    dims = [_dim(dim, values, count) for dim in stack.shape[1:]]
    length = Reshape()(count if count.type.dtype is DType.i64 else Convert(DType.i64)(count), np.array([1], np.int64))
    shape = Concat(0)(length, *dims) if dims else length
    return Broadcast()(count.graph.constant(np.zeros((), stack.dtype.numpy)), shape)


def _dim(dim: Dim, sources: Iterable[Value], count: Value) -> Value:
    if isinstance(dim, int):
        return count.graph.constant(np.array([dim], np.int64))
    for value in sources:
        if dim in value.type.shape:
            axis = np.array([value.type.shape.index(dim)], np.int64)
            return Gather()(ShapeOf()(value), axis, _ZERO)
    raise UnsupportedError(f"nothing tells the size {dim} of a list's items before the loop that sets them")


def _zeros(given: ReservedSequence) -> Value:
    """The items that are zero where nothing has set them."""
    if given.dtype is None or given.item is None or None in given.item:
        raise UnsupportedError("a list is read before its items are set, and their shape is not known")
    dims = tuple(dim for dim in given.item if dim is not None)
    return filled(given.count, TensorType(given.dtype, (0, *dims)), ())
