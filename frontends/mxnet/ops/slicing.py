"""Parts of tensors, and tensors out of parts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.broadcast import Tile
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shuffle import DepthToSpace, SpaceToDepth
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.split import Split, VariadicSplit
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.shown import shown
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import axis_of, ints, number, size
from dldt.frontends.mxnet.new_shape import dims, reshaped_to

Bounds = tuple[int | None, ...]
_END = np.iinfo(np.int64).max
_PADDINGS = ("constant", "edge", "reflect")


@MXNET.imports("slice")
def slice_(data: Value, *, begin: Bounds, end: Bounds, step: Bounds = ()) -> Value:
    """data[begin:end:step] along the first axes, as in Python."""
    count = len(begin)
    steps = step + (None,) * (count - len(step))
    if len(end) != count or len(steps) != count:
        raise InputError(f"begin, end and step have different lengths ({count}, {len(end)}, {len(step)})")
    by = [1 if number is None else number for number in steps]
    first = [(0 if s > 0 else _END) if b is None else b for b, s in zip(begin, by, strict=True)]
    last = [(_END if s > 0 else -_END) if e is None else e for e, s in zip(end, by, strict=True)]
    return Slice()(data, ints(*first), ints(*last), ints(*by), ints(*range(count)))


@MXNET.imports("slice_axis")
def slice_axis(data: Value, *, axis: int, begin: int, end: int | None = None) -> Value:
    """data[begin:end] along one axis."""
    last = _END if end is None else end
    return Slice()(data, ints(begin), ints(last), ints(1), ints(axis_of(axis, data)))


@MXNET.imports("slice_like")
def slice_like(data: Value, shape_like: Value, *, axes: tuple[int, ...] = ()) -> Value:
    """The beginning of each axis, as long as the other input's."""
    chosen = [axis_of(axis, data) for axis in axes or range(data.type.rank)]
    if max(chosen) >= shape_like.type.rank:
        raise InputError(f"axes {chosen} are not those of shape_like {shape_like.type}")
    for axis in chosen:
        dim = shape_like.type.shape[axis]
        if dim != data.type.shape[axis]:
            end = ints(dim) if isinstance(dim, int) else size(shape_like, axis)
            data = Slice()(data, ints(0), end, ints(1), ints(axis))
    return data


@MXNET.imports("SliceChannel")
def slice_channel(data: Value, *, num_outputs: int, axis: int = 1, squeeze_axis: bool = False) -> tuple[Value, ...]:
    """Equal parts along an axis; `squeeze_axis`: of one element each, which is left out."""
    at = axis_of(axis, data)
    if num_outputs < 1:
        raise InputError(f"num_outputs is {num_outputs}; it must be at least 1")
    budget().ask_nodes(num_outputs)
    parts = Split(num_outputs).all(data, np.array(at, np.int64)) if num_outputs > 1 else (data,)
    return tuple(Squeeze()(part, ints(at)) for part in parts) if squeeze_axis else parts


@MXNET.imports("_split_v2")
def split_v2(
    data: Value, *, indices: tuple[int, ...], axis: int = 1, squeeze_axis: bool = False, sections: int = 0
) -> tuple[Value, ...]:
    """Equal parts (`sections`), or parts that begin at the indices."""
    at = axis_of(axis, data)
    if sections > 0:
        return slice_channel(data, num_outputs=sections, axis=at, squeeze_axis=squeeze_axis)
    starts = (0, *indices) if not indices or indices[0] else indices
    lengths = [end - start for start, end in pairwise(starts)]
    if min(lengths, default=1) < 0:
        raise InputError(f"indices {shown(list(indices))} must ascend")
    budget().ask_nodes(len(starts))
    parts = VariadicSplit().all(data, np.array(at, np.int64), ints(*lengths, -1))
    return tuple(Squeeze()(part, ints(at)) for part in parts) if squeeze_axis else parts


@MXNET.imports("Crop")
def crop(
    *data: Value,
    offset: tuple[int, ...] = (0, 0),
    h_w: tuple[int, ...] = (0, 0),
    center_crop: bool = False,
) -> Value:
    """Height and width of the second input, or `h_w`, from an offset on or in the middle."""
    x, like = data[0], data[1] if len(data) > 1 else None
    if x.type.rank != 4 or len(data) > 2 or len(offset) != 2 or len(h_w) != 2:
        raise InputError(f"data {x.type} must have height and width, offset and h_w two numbers")
    wanted = list(h_w) if like is None else [like.type.shape[2], like.type.shape[3]]
    for position, axis in enumerate((2, 3)):
        length, start = wanted[position], offset[position]
        if center_crop:
            whole = x.type.shape[axis]
            if not isinstance(whole, int) or not isinstance(length, int):
                raise UnsupportedError(f"center_crop needs fixed height and width, the data is {x.type}")
            start = (whole - length) // 2
        if isinstance(length, int):
            x = Slice()(x, ints(start), ints(start + length), ints(1), ints(axis))
        elif start == 0 and like is not None:
            x = Slice()(x, ints(0), size(like, axis), ints(1), ints(axis))
        else:
            raise UnsupportedError("Crop with an offset needs fixed height and width")
    return x


@MXNET.imports("Concat")
def concat(*data: Value, dim: int = 1) -> Value:
    """All inputs behind one another along an axis."""
    return Concat(axis_of(dim, data[0]))(*data)


@MXNET.imports("_rnn_param_concat")
def rnn_param_concat(*data: Value, dim: int = 1) -> Value:
    """The parameters of a recurrent layer in one vector."""
    return Concat(axis_of(dim, data[0]))(*data)


@MXNET.imports("stack")
def stack(*data: Value, axis: int = 0) -> Value:
    """All inputs along a new axis."""
    rank = data[0].type.rank
    at = axis + rank + 1 if axis < 0 else axis
    return Concat(at)(*(Unsqueeze()(value, ints(at)) for value in data))


@MXNET.imports("tile")
def tile(data: Value, *, reps: tuple[int, ...]) -> Value:
    """The whole tensor again and again along each axis."""
    return Tile()(data, ints(*reps))


@MXNET.imports("repeat")
def repeat(data: Value, *, repeats: int, axis: int | None = None) -> Value:
    """Each element again and again along an axis, or of all in one row."""
    if axis is None:
        data = Reshape()(data, ints(-1))
    at = axis_of(axis or 0, data)
    rank = data.type.rank
    times = [repeats if position == at + 1 else 1 for position in range(rank + 1)]
    repeated = Tile()(Unsqueeze()(data, ints(at + 1)), ints(*times))
    shape = dims(data)
    before = shape[at]
    if isinstance(before, int):
        return reshaped_to(repeated, [*shape[:at], before * repeats, *shape[at + 1 :]])
    return reshaped_to(repeated, [*shape[:at], -1, *shape[at + 1 :]])


@MXNET.imports("reverse")
def reverse(data: Value, *, axis: tuple[int, ...]) -> Value:
    """From last to first along some axes."""
    for each in axis:
        data = Slice()(data, ints(-1), ints(-_END), ints(-1), ints(axis_of(each, data)))
    return data


@MXNET.imports("Pad")
def pad(data: Value, *, mode: str, pad_width: tuple[int, ...], constant_value: float = 0.0) -> Value:
    """Elements put round axes: their numbers before and behind each axis, in turn."""
    one_of("mode", mode, _PADDINGS)
    if len(pad_width) != 2 * data.type.rank:
        raise InputError(f"pad_width has {len(pad_width)} numbers, {2 * data.type.rank} are needed")
    begins, ends = ints(*pad_width[::2]), ints(*pad_width[1::2])
    if mode == "constant":
        return Pad()(data, begins, ends, number(constant_value, data))
    return Pad(mode)(data, begins, ends)


@MXNET.imports("depth_to_space")
def depth_to_space(data: Value, *, block_size: int) -> Value:
    """Channels become blocks of pixels."""
    return DepthToSpace("blocks_first", block_size)(data)


@MXNET.imports("space_to_depth")
def space_to_depth(data: Value, *, block_size: int) -> Value:
    """Blocks of pixels become channels."""
    return SpaceToDepth("blocks_first", block_size)(data)


@MXNET.imports("_np_roll")
def np_roll(data: Value, *, shift: tuple[int, ...] | None = None, axis: tuple[int, ...] | None = None) -> Value:
    """Elements moved along axes, those that leave enter again; without axes all in one row."""
    if not shift:
        raise InputError("shift is missing")
    if axis is None:
        flat = Reshape()(data, ints(-1))
        return reshaped_to(_rolled(flat, shift[0], 0), dims(data))
    if len(shift) not in (1, len(axis)):
        raise InputError(f"shift {list(shift)} and axis {list(axis)} have different lengths")
    for position, each in enumerate(axis):
        data = _rolled(data, shift[min(position, len(shift) - 1)], axis_of(each, data))
    return data


def _rolled(x: Value, shift: int, axis: int) -> Value:
    dim = x.type.shape[axis]
    if not isinstance(dim, int):
        raise UnsupportedError(f"roll along axis {axis} of {x.type} needs a fixed dim")
    places = (np.arange(dim) - shift) % max(dim, 1)
    return Gather()(x, places.astype(np.int64), np.array(axis, np.int64))
