"""Elements picked by their places."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, FloorMod, Maximum, Minimum, Subtract
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather, GatherElements, GatherND
from dldt.compiler.ops.one_hot import OneHot
from dldt.compiler.ops.reverse_sequence import ReverseSequence
from dldt.compiler.ops.scatter import ScatterNDUpdate
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.mxnet.element_types import element_type
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import axis_of, cast, ints, number, size

_END = np.iinfo(np.int64).max


@MXNET.imports("take")
def take(a: Value, indices: Value, *, axis: int = 0, mode: str = "clip") -> Value:
    """Slices of an axis; places outside are moved to the ends (`clip`), or counted round (`wrap`)."""
    one_of("mode", mode, ("clip", "wrap", "raise"))
    at = axis_of(axis, a)
    return Gather()(a, _places(a, indices, at, mode), np.array(at, np.int64))


@MXNET.imports("Embedding")
def embedding(data: Value, weight: Value, *, input_dim: int, output_dim: int, dtype: str = "float32") -> Value:
    """Rows of the weight; places outside are moved to the ends."""
    if weight.type.shape != (input_dim, output_dim):
        raise InputError(f"input_dim is {input_dim}, output_dim {output_dim}, the weight is {weight.type}")
    return Gather()(weight, _places(weight, data, 0, "clip"), np.array(0, np.int64))


@MXNET.imports("batch_take")
def batch_take(a: Value, indices: Value) -> Value:
    """An element of each row."""
    return pick(a, indices, axis=(1,))


@MXNET.imports("pick")
def pick(
    data: Value, index: Value, *, axis: tuple[int | None, ...] = (-1,), keepdims: bool = False, mode: str = "clip"
) -> Value:
    """An element along an axis, for each place on the others."""
    one_of("mode", mode, ("clip", "wrap"))
    if len(axis) != 1 or axis[0] is None:
        raise UnsupportedError("pick without an axis is not supported")
    at = axis_of(axis[0], data)
    places = _places(data, index, at, mode)
    spread = places if index.type.rank == data.type.rank else Unsqueeze()(places, ints(at))
    found = GatherElements(at)(data, spread)
    return found if keepdims else Squeeze()(found, ints(at))


@MXNET.imports("gather_nd")
def gather_nd(data: Value, indices: Value) -> Value:
    """Elements or slices at places, whose coordinates lie along axis 0 of the indices."""
    rank = indices.type.rank
    return GatherND()(data, Transpose()(cast(indices, DType.i64), ints(*range(1, rank), 0)))


@MXNET.imports("scatter_nd")
def scatter_nd(data: Value, indices: Value, *, shape: tuple[int, ...]) -> Value:
    """Zeros, but for elements at places, whose coordinates lie along axis 0 of the indices."""
    if any(dim < 1 for dim in shape):
        raise InputError(f"shape {list(shape)} is not known")
    rank = indices.type.rank
    zeros = Broadcast()(data.graph.constant(number(0, data)), ints(*shape))
    return ScatterNDUpdate()(zeros, Transpose()(cast(indices, DType.i64), ints(*range(1, rank), 0)), data)


@MXNET.imports("one_hot")
def one_hot(
    indices: Value, *, depth: int, on_value: float = 1.0, off_value: float = 0.0, dtype: str = "float32"
) -> Value:
    """`on_value` at the place along a new last axis, `off_value` elsewhere."""
    kind = element_type(dtype).numpy
    graph = indices.graph
    on, off = (graph.constant(np.array(value).astype(kind)) for value in (on_value, off_value))
    return OneHot(-1)(cast(indices, DType.i64), np.array(depth, np.int64), on, off)


@MXNET.imports("SequenceMask")
def sequence_mask(
    data: Value,
    sequence_length: Value | None = None,
    *,
    use_sequence_length: bool = False,
    value: float = 0.0,
    axis: int = 0,
) -> Value:
    """`value` behind the end of each sequence; time is axis 0 or 1, the batch the other one."""
    if not use_sequence_length or sequence_length is None:
        return data
    _check_sequence(data, axis)
    inside = _inside(data, sequence_length, axis)
    return Select()(inside, data, number(value, data))


@MXNET.imports("SequenceLast")
def sequence_last(
    data: Value, sequence_length: Value | None = None, *, use_sequence_length: bool = False, axis: int = 0
) -> Value:
    """The last element of each sequence."""
    _check_sequence(data, axis)
    if not use_sequence_length or sequence_length is None:
        return Squeeze()(Slice()(data, ints(-1), ints(_END), ints(1), ints(axis)), ints(axis))
    last = Subtract()(cast(sequence_length, DType.i64), np.array(1, np.int64))
    item = _numbers(data, 1 - axis)
    places = [Unsqueeze()(part, ints(1)) for part in ((last, item) if axis == 0 else (item, last))]
    return GatherND()(data, Concat(1)(*places))


@MXNET.imports("SequenceReverse")
def sequence_reverse(
    data: Value, sequence_length: Value | None = None, *, use_sequence_length: bool = False, axis: int = 0
) -> Value:
    """Each sequence from its end to its begin; what lies behind its end stays. Time is axis 0, the batch axis 1."""
    if axis != 0:
        raise UnsupportedError(f"SequenceReverse along axis {axis} is not supported (0 is)")
    if not use_sequence_length or sequence_length is None:
        return Slice()(data, ints(-1), ints(-_END), ints(-1), ints(0))
    return ReverseSequence(batch_axis=1, seq_axis=0)(data, cast(sequence_length, DType.i64))


@MXNET.imports("_contrib_index_array")
def index_array(data: Value, *, axes: tuple[int, ...] | None = None) -> Value:
    """The place of each element along all axes, or some, along a new last axis; i64."""
    rank, parts = data.type.rank, []
    for each in axes if axes is not None else range(rank):
        at = axis_of(each, data)
        others = [axis for axis in range(rank) if axis != at]
        along = Unsqueeze()(_numbers(data, at), ints(*others)) if others else _numbers(data, at)
        parts.append(Unsqueeze()(Broadcast()(along, ShapeOf()(data)), ints(rank)))
    return Concat(rank)(*parts)


def _check_sequence(data: Value, axis: int) -> None:
    if axis not in (0, 1) or data.type.rank < 2:
        raise ShapeError(f"axis {axis} of {data.type} is not time: 0 or 1 of at least two axes is needed")


def _inside(data: Value, length: Value, axis: int) -> Value:
    places = Unsqueeze()(_numbers(data, axis), ints(1 - axis))
    inside = Less()(places, Unsqueeze()(cast(length, DType.i64), ints(axis)))
    rank = data.type.rank
    return Unsqueeze()(inside, ints(*range(2, rank))) if rank > 2 else inside


def _numbers(data: Value, axis: int) -> Value:
    """0, 1, … along an axis, as a vector of i64."""
    count = Squeeze()(size(data, axis), ints(0))
    return Range(DType.i64)(data.graph.constant(np.array(0, np.int64)), count, np.array(1, np.int64))


def _places(data: Value, indices: Value, axis: int, mode: str) -> Value:
    """Places inside of an axis, as i64."""
    whole = cast(indices, DType.i64)
    dim = data.type.shape[axis]
    count = ints(dim).reshape(()) if isinstance(dim, int) else Squeeze()(size(data, axis), ints(0))
    if mode == "wrap":
        return FloorMod()(whole, count)
    last = Add()(count, np.array(-1, np.int64)) if isinstance(count, Value) else count - 1
    return Minimum()(Maximum()(whole, np.array(0, np.int64)), last)
