"""Moving elements: shapes, axes, parts and copies."""

from __future__ import annotations

import itertools
import math

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.broadcast import Tile
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.non_zero import NonZero
from dldt.compiler.ops.shuffle import ShuffleChannels
from dldt.compiler.ops.slice import Slice as SliceOf
from dldt.compiler.ops.split import Split as SplitOf
from dldt.compiler.ops.split import VariadicSplit
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.shaping import DimOf, axis_of, dims_of
from dldt.frontends.caffe.shaping import reshape as with_dims
from dldt.frontends.engine.context import Context

_MOST = 1 << 24


@CAFFE.imports("Dropout")
def dropout(
    bottom: Value, *, dropout_ratio: float = 0.5, scale_train: bool = True, sample_weights_test: bool = False
) -> Value:
    """x: nothing is dropped when the net is used; in nets of Faster R-CNN that were not scaled in training, what would
    be left of it"""
    if sample_weights_test:
        raise UnsupportedError("sample_weights_test asks for random elements to be dropped; set it to false")
    return bottom if scale_train else Multiply()(bottom, np.array(1 - dropout_ratio, np.float32))


@CAFFE.imports("Split")
def split(bottom: Value, *, context: Context) -> tuple[Value, ...]:
    """x at every top"""
    return (bottom,) * max(context.outputs, 1)


@CAFFE.imports("Parameter")
def parameter(blob: Value, *, shape: tuple[int, ...] = ()) -> Value:
    """The blob"""
    return with_dims(blob, shape) if shape else blob


@CAFFE.imports("DummyData")
def dummy_data(
    *,
    data_filler: tuple[float, ...] = (),
    shape: tuple[tuple[int, ...], ...] = (),
    num: tuple[int, ...] = (),
    channels: tuple[int, ...] = (),
    height: tuple[int, ...] = (),
    width: tuple[int, ...] = (),
    context: Context,
) -> tuple[Value, ...]:
    """Constants: a number, or 0, everywhere"""
    shapes = shape or tuple(zip(num, channels, height, width, strict=True))
    tops = context.outputs
    if len(shapes) not in (1, tops) or len(data_filler) not in (0, 1, tops):
        raise InputError(f"{len(shapes)} shapes and {len(data_filler)} fillers for {tops} tops")
    made = []
    for top in range(tops):
        dims = shapes[top if len(shapes) > 1 else 0]
        if any(dim < 0 for dim in dims) or math.prod(dims) > _MOST:
            shown = ",".join(map(str, dims))
            raise InputError(
                f"the shape {list(dims)} is absurd for a constant; make it an input: --input "
                f"{context.node.outputs[top]}[{shown}]{{f32}}"
            )
        fill = data_filler[top if len(data_filler) > 1 else 0] if data_filler else 0.0
        made.append(context.graph.constant(np.full(dims, fill, np.float32)))
    return tuple(made)


@CAFFE.imports("Reshape")
def reshape(bottom: Value, *, shape: tuple[int, ...] = (), axis: int = 0, num_axes: int = -1) -> Value:
    """x with `shape` in place of `num_axes` axes from `axis` on; 0 copies the dim there, -1 takes what is left"""
    rank = bottom.type.rank
    start = axis_of(axis, rank, 1)
    if num_axes < -1 or (num_axes >= 0 and start + num_axes > rank):
        raise InputError(f"num_axes {num_axes} from axis {axis} on goes beyond {bottom.type}")
    end = rank if num_axes == -1 else start + num_axes
    if any(dim < -1 for dim in shape) or shape.count(-1) > 1:
        raise InputError(f"the shape {list(shape)} holds a negative number, or -1 twice")
    middle = [DimOf(start + place) if dim == 0 else dim for place, dim in enumerate(shape)]
    if any(isinstance(dim, DimOf) and dim.axis >= rank for dim in middle):
        raise InputError(f"the shape {list(shape)} copies a dim that {bottom.type} does not have")
    return with_dims(bottom, [*map(DimOf, range(start)), *middle, *map(DimOf, range(end, rank))])


@CAFFE.imports("Flatten")
def flatten(bottom: Value, *, axis: int = 1, end_axis: int = -1) -> Value:
    """The axes from `axis` to `end_axis` as one"""
    rank = bottom.type.rank
    start, last = axis_of(axis, rank), axis_of(end_axis, rank)
    if last < start:
        raise InputError(f"end_axis {end_axis} is before axis {axis}")
    return with_dims(bottom, [*map(DimOf, range(start)), -1, *map(DimOf, range(last + 1, rank))])


@CAFFE.imports("Permute")
def permute(bottom: Value, *, order: tuple[int, ...] = ()) -> Value:
    """The axes in another order; those that are not named follow"""
    rank = bottom.type.rank
    if len(set(order)) < len(order) or any(axis >= rank for axis in order):
        raise InputError(f"order {list(order)} does not name different axes of {bottom.type}")
    whole = [*order, *(axis for axis in range(rank) if axis not in order)]
    return bottom if whole == list(range(rank)) else Transpose()(bottom, np.array(whole, np.int64))


@CAFFE.imports("Transpose")
def transpose(bottom: Value, *, dim: tuple[int, ...] = ()) -> Value:
    """The axes in another order"""
    if sorted(dim) != list(range(bottom.type.rank)):
        raise InputError(f"dim {list(dim)} is no order of the axes of {bottom.type}")
    return Transpose()(bottom, np.array(dim, np.int64))


@CAFFE.imports("Concat")
def concat(*bottoms: Value, axis: int | None = None, concat_dim: int | None = None) -> Value:
    """The bottoms one behind the other along an axis, by default 1"""
    along = _along(axis, concat_dim, "concat_dim")
    return Concat(axis_of(along, bottoms[0].type.rank))(*bottoms)


@CAFFE.imports("Slice")
def slice_layer(
    bottom: Value,
    *,
    axis: int | None = None,
    slice_point: tuple[int, ...] = (),
    slice_dim: int | None = None,
    context: Context,
) -> tuple[Value, ...]:
    """Parts along an axis, by default 1: as many equal ones as there are tops, or cut at the points"""
    along = axis_of(_along(axis, slice_dim, "slice_dim"), bottom.type.rank)
    tops, where = len(context.node.outputs), np.array(along, np.int64)
    if not slice_point:
        return (bottom,) if tops == 1 else SplitOf(tops).all(bottom, where)
    ends = [0, *slice_point]
    lengths = [b - a for a, b in itertools.pairwise(ends)]
    if len(slice_point) != tops - 1 or any(length < 1 for length in lengths):
        raise InputError(f"slice_point {list(slice_point)} does not cut {tops} parts")
    return VariadicSplit().all(bottom, where, np.array([*lengths, -1], np.int64))


@CAFFE.imports("Crop")
def crop(
    bottom: Value,
    reference: Value | None = None,
    *,
    axis: int = 2,
    offset: tuple[int, ...] = (),
    dimsize: tuple[int, ...] = (),
) -> Value:
    """The part of x from `offset` on that has the dims of the second bottom from `axis` on"""
    rank = bottom.type.rank
    axes = list(range(axis_of(axis, rank), rank))
    if len(offset) not in (0, 1, len(axes)):
        raise InputError(f"{len(offset)} of offset for {len(axes)} axes")
    starts = np.array(offset * len(axes) if len(offset) == 1 else offset or (0,) * len(axes), np.int64)
    steps, along = np.ones(len(axes), np.int64), np.array(axes, np.int64)
    if reference is None:
        if len(dimsize) != len(axes):
            raise InputError(f"{len(dimsize)} of dimsize for {len(axes)} axes, and no second bottom")
        sizes = dimsize
    else:
        if reference.type.rank != rank:
            raise InputError(f"{bottom.type} and {reference.type} must have equally many axes")
        dims = [reference.type.shape[a] for a in axes]
        if not all(isinstance(dim, int) for dim in dims):
            return SliceOf()(bottom, starts, Add()(dims_of(reference, axes), starts), steps, along)
        sizes = tuple(int(dim) for dim in dims if isinstance(dim, int))
    stops = starts + np.array(sizes, np.int64)
    for place, a in enumerate(axes):
        size = bottom.type.shape[a]
        if isinstance(size, int) and stops[place] > size:
            raise InputError(f"axis {a} of {bottom.type} ends before offset {starts[place]} + {sizes[place]}")
    return SliceOf()(bottom, starts, stops, steps, along)


@CAFFE.imports("Tile")
def tile(bottom: Value, *, axis: int = 1, tiles: int) -> Value:
    """x repeated along an axis"""
    repeats = np.ones(bottom.type.rank, np.int64)
    repeats[axis_of(axis, bottom.type.rank)] = tiles
    if not 1 <= tiles < _MOST:
        raise InputError(f"tiles is {tiles}; it must be at least 1 and below {_MOST}")
    return Tile()(bottom, repeats)


@CAFFE.imports("Reverse")
def reverse(bottom: Value, *, axis: int = 0) -> Value:
    """x with the elements along an axis the other way round"""
    return turned(bottom, axis_of(axis, bottom.type.rank))


@CAFFE.imports("ShuffleChannel")
def shuffle_channel(bottom: Value, *, group: int = 1) -> Value:
    """The channels of `group` groups in turn"""
    return ShuffleChannels(1, group)(bottom)


@CAFFE.imports("BatchReindex")
def batch_reindex(bottom: Value, order: Value) -> Value:
    """The parts of x along the first axis that the second bottom names by their numbers"""
    return Gather()(bottom, Convert(DType.i64)(order), np.array(0, np.int64))


@CAFFE.imports("Filter")
def filter_layer(*bottoms: Value) -> tuple[Value, ...]:
    """Of each bottom but the last the parts along the first axis for which the last one is not 0"""
    if len(bottoms) < 2:
        raise UnsupportedError("it needs a bottom and a selector")
    chosen = with_dims(NonZero()(with_dims(bottoms[-1], [-1])), [-1])
    return tuple(Gather()(x, chosen, np.array(0, np.int64)) for x in bottoms[:-1])


def turned(x: Value, axis: int) -> Value:
    """x the other way round along an axis."""
    start, stop, step = (np.array([n], np.int64) for n in (-1, -(2**62), -1))
    return SliceOf()(x, start, stop, step, np.array([axis], np.int64))


def _along(axis: int | None, old: int | None, name: str) -> int:
    if axis is not None and old is not None:
        raise InputError(f"both axis and {name} are given")
    return axis if axis is not None else old if old is not None else 1
