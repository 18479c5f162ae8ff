"""Parts of tensors."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.comparison import Less
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.split import Split, VariadicSplit
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.strided_slice import StridedSlice
from dldt.frontends.engine.known import known_array, known_dims, required_int, required_ints
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import integer, ints, normal_axis, part_count, wide

_LAST = np.iinfo(np.int64).max


@TENSORFLOW.imports("StridedSlice")
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
) -> Value:
    """input[begin:end:strides]; bit i of a mask leaves a bound out, stands for all axes that are not named, adds an
    axis or takes one element."""
    count = begin.type.elements
    if not isinstance(count, int) or count > 64:
        raise ShapeError(f"begin is {begin.type}; it must have a fixed number of elements, at most 64")
    masks = [
        tuple(mask >> i & 1 for i in range(count))
        for mask in (begin_mask, end_mask, new_axis_mask & ~ellipsis_mask, shrink_axis_mask, ellipsis_mask)
    ]
    if known_dims(begin) is not None and known_dims(end) is not None:
        shrink = tuple(s and not (n or e) for s, n, e in zip(masks[3], masks[2], masks[4], strict=True))
        return StridedSlice(masks[0], masks[1], masks[2], shrink, masks[4])(input, begin, end, strides)
    return _computed(input, wide(begin), wide(end), required_ints(strides, "the input 'strides'", count), masks)


@TENSORFLOW.imports("Slice")
def slice_from(input: Value, begin: Value, size: Value) -> Value:
    """Elements from begin on, as many as size says; -1 is the rest."""
    if input.type.rank == 0:
        return input
    known = known_dims(size)
    axes = ints(*range(input.type.rank))
    start = wide(begin)
    if known is not None and all(isinstance(dim, int) and dim == -1 for dim in known):
        stop = input.graph.constant(np.full(input.type.rank, _LAST))
    elif known is not None and not any(isinstance(dim, int) and dim < 0 for dim in known):
        stop = Add()(start, wide(size))
    else:
        stop = Select()(Less()(wide(size), integer(0)), integer(_LAST), Add()(start, wide(size)))
    return Slice()(input, start, stop, np.ones(input.type.rank, np.int64), axes)


@TENSORFLOW.imports("Split")
def split(split_dim: Value, value: Value, *, num_split: int) -> tuple[Value, ...]:
    """Equal parts along an axis."""
    axis = normal_axis(required_int(split_dim, "the input 'split_dim'"), value.type.rank)
    return Split(part_count(num_split, "num_split")).all(value, integer(axis))


@TENSORFLOW.imports("SplitV")
def split_v(value: Value, size_splits: Value, split_dim: Value, *, num_split: int) -> tuple[Value, ...]:
    """Parts of given lengths along an axis; -1 is the rest."""
    axis = normal_axis(required_int(split_dim, "the input 'split_dim'"), value.type.rank)
    if size_splits.type.elements != num_split:
        raise InputError(f"{num_split} parts need as many lengths, there are {size_splits.type.elements}")
    known = known_array(size_splits)
    return VariadicSplit().all(value, integer(axis), size_splits if known is None else known.astype(np.int64))


@TENSORFLOW.imports("Unpack")
def unpack(value: Value, *, num: int, axis: int = 0) -> tuple[Value, ...]:
    """The slices along an axis, without it."""
    at = normal_axis(axis, value.type.rank)
    if num == 0:
        return ()
    parts = Split(part_count(num, "num")).all(value, integer(at))
    return tuple(Squeeze()(part, ints(at)) for part in parts)


def _computed(x: Value, begin: Value, end: Value, steps: tuple[int, ...], masks: list[tuple[int, ...]]) -> Value:
    """A slice whose bounds are computed: axis by axis, what is shrunk last."""
    no_begin, no_end, new, shrink, ellipsis = masks
    named = sum(not (new[i] or ellipsis[i]) for i in range(len(steps)))
    if named > x.type.rank:
        raise ShapeError(f"{named} axes are sliced, the data has rank {x.type.rank}")
    axis, dropped, added = 0, list[int](), list[int]()
    position = 0
    result = x
    for i in range(len(steps)):
        if ellipsis[i]:
            axis += x.type.rank - named
            position += x.type.rank - named
            continue
        if new[i]:
            added.append(position)
            position += 1
            continue
        if shrink[i]:
            index = Gather()(begin, ints(i), integer(0))
            result = Gather()(result, index, integer(axis))
            dropped.append(axis)
        else:
            position += 1
            if not (no_begin[i] and no_end[i] and steps[i] == 1):
                result = _bounded(result, begin, end, i, axis, steps[i], bool(no_begin[i]), bool(no_end[i]))
        axis += 1
    if dropped:
        result = Squeeze()(result, ints(*dropped))
    return Unsqueeze()(result, ints(*added)) if added else result


def _bounded(x: Value, begin: Value, end: Value, i: int, axis: int, step: int, no_begin: bool, no_end: bool) -> Value:
    first = integer(0 if step > 0 else _LAST).reshape(1)
    last = integer(_LAST if step > 0 else -_LAST).reshape(1)
    start = first if no_begin else Gather()(begin, ints(i), integer(0))
    stop = last if no_end else Gather()(end, ints(i), integer(0))
    return Slice()(x, start, stop, ints(step), ints(axis))
