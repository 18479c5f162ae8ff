"""Parts of tensors."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.comparison import Less
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.split import Split, VariadicSplit
from dldt.compiler.ops.strided_slice import StridedSlice
from dldt.frontends.engine.known import known_array, required_int, required_ints
from dldt.frontends.tflite.framework import TFLITE

_FAR = np.iinfo(np.int32).max


@TFLITE.imports("SLICE")
def slice_(input: Value, begin: Value, size: Value) -> Value:
    """``size`` elements from ``begin`` on; -1 stands for all that are left."""
    for name, given in (("begin", begin), ("size", size)):
        if given.type.elements != input.type.rank:
            raise InputError(f"{name} is {given.type}; it must hold a number for each axis of {input.type}")
    known, start = known_array(size), known_array(begin)
    axes = np.arange(input.type.rank, dtype=np.int64)
    ones = np.ones(input.type.rank, np.int64)
    if known is not None and start is not None:
        stop = np.where(known < 0, _FAR, start.astype(np.int64) + known)
        return Slice()(input, start.astype(np.int64), stop.astype(np.int64), ones, axes)
    end = Add()(begin, size)
    if known is None or (known < 0).any():
        none, far = np.array(0, size.type.dtype.numpy), np.array(_FAR, size.type.dtype.numpy)
        end = Select()(Less()(size, none), far, end)
    return Slice()(input, begin, end, ones.astype(size.type.dtype.numpy), axes)


@TFLITE.imports("STRIDED_SLICE")
def strided_slice(
    input: Value,
    begin: Value,
    end: Value,
    strides: Value,
    *,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    offset: bool = False,
) -> Value:
    """As Python slices; bit i of a mask is about position i. ``offset``: ends are counted from the beginnings."""
    count = begin.type.elements
    if not isinstance(count, int) or count > 64:
        raise InputError(f"the slice names {count} axes; a fixed number of at most 64 is possible")
    masks = [
        tuple(mask >> i & 1 for i in range(count))
        for mask in (begin_mask, end_mask, new_axis_mask, shrink_axis_mask, ellipsis_mask)
    ]
    last = Add()(begin, end) if offset else end
    return StridedSlice(*masks)(input, begin, last, strides)


@TFLITE.imports("SPLIT")
def split(axis: Value, input: Value, *, num_splits: int = 0) -> tuple[Value, ...]:
    """Equal parts along an axis."""
    if num_splits < 1:
        raise InputError(f"num_splits is {num_splits}; it must be at least 1")
    return Split(num_splits).all(input, np.array(required_int(axis, "input 'axis'"), np.int64))


@TFLITE.imports("SPLIT_V")
def split_v(input: Value, size_splits: Value, axis: Value, *, num_splits: int = 0) -> tuple[Value, ...]:
    """Parts of given sizes along an axis; -1 takes what is left."""
    return VariadicSplit().all(input, np.array(required_int(axis, "input 'axis'"), np.int64), size_splits)


@TFLITE.imports("REVERSE_V2")
def reverse_v2(input: Value, axis: Value) -> Value:
    """The elements in the other order along axes."""
    rank = input.type.rank
    along = sorted({at % max(rank, 1) for at in required_ints(axis, "input 'axis'")})
    if not along:
        return input
    count = len(along)
    first = np.full(count, -1, np.int64)
    behind = np.full(count, -(1 << 40), np.int64)
    return Slice()(input, first, behind, -np.ones(count, np.int64), np.array(along, np.int64))
