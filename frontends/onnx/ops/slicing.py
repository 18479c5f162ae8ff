"""Parts of tensors: Slice, Split, and Pad, their opposite."""

from __future__ import annotations

from typing import Any

import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, FloorMod, Maximum, Minimum, Multiply, Subtract
from dldt.compiler.ops.comparison import Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.split import Split, VariadicSplit
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.onnx.computed_axes import ComputedAxes
from dldt.frontends.onnx.framework import ONNX

_PADDINGS = ("constant", "edge", "reflect", "wrap")
_LAST = np.iinfo(np.int64).max


@ONNX.imports("Slice", since=1)
def slice_1(
    data: Value, *, starts: tuple[int, ...], ends: tuple[int, ...], axes: tuple[int, ...] | None = None
) -> Value:
    """data[start:end] along some axes"""
    if len(starts) != len(ends) or (axes is not None and len(axes) != len(starts)):
        raise InputError(f"starts, ends and axes have different lengths ({len(starts)}, {len(ends)})")
    chosen = tuple(range(len(starts))) if axes is None else axes
    return Slice()(data, _list(starts), _list(ends), _list((1,) * len(starts)), _list(chosen))


@ONNX.imports("Slice", since=10)
def slice_10(data: Value, starts: Value, ends: Value, axes: Value | None = None, steps: Value | None = None) -> Value:
    """data[start:end:step] along some axes, given as inputs"""
    step = None if steps is None else known_array(steps)
    along = None if axes is None else known_array(axes)
    if (steps is not None and step is None) or (axes is not None and along is None):
        return _computed_slice(data, starts, ends, axes, steps)
    if step is None:
        step = np.ones(starts.type.static_shape, starts.type.dtype.numpy)
    return Slice()(data, starts, ends, step, along)


@ONNX.imports("Split", since=2)
def split_2(
    input: Value, *, axis: int = 0, split: tuple[int, ...] | None = None, context: Context
) -> tuple[Value, ...]:
    """Parts along the axis, equal where no lengths are given."""
    return _split(input, axis, split, context)


@ONNX.imports("Split", since=13)
def split_13(input: Value, split: Value | None = None, *, axis: int = 0, context: Context) -> tuple[Value, ...]:
    """As before, the lengths as an input."""
    if split is None:
        return _split(input, axis, None, context)
    lengths = known_array(split)
    if lengths is None:
        return _computed_split(input, axis, split, context)
    return _split(input, axis, tuple(int(length) for length in lengths.ravel()), context)


@ONNX.imports("Split", since=18)
def split_18(
    input: Value, split: Value | None = None, *, axis: int = 0, num_outputs: int | None = None, context: Context
) -> tuple[Value, ...]:
    """As before; of `num_outputs` parts the last may be shorter."""
    if split is not None:
        return split_13(input, split, axis=axis, context=context)
    count = num_outputs or context.outputs
    if count != len(context.node.outputs):
        raise InputError(f"num_outputs is {count}, the node has {len(context.node.outputs)} outputs")
    size = input.type.shape[_axis(axis, input)]
    if not isinstance(size, int) or size % count == 0:
        return Split(count).all(input, np.array(_axis(axis, input), np.int64))
    part = -(-size // count)
    return _split(input, axis, (*(part,) * (count - 1), size - part * (count - 1)), context)


@ONNX.imports("Pad", since=2)
def pad_2(data: Value, *, pads: tuple[int, ...], mode: str = "constant", value: float = 0.0) -> Value:
    """Elements put round every axis."""
    return _pad(data, pads, None, mode, np.array(value, data.type.dtype.numpy))


@ONNX.imports("Pad", since=11)
def pad_11(data: Value, pads: Value, constant_value: Value | None = None, *, mode: str = "constant") -> Value:
    """As before, the widths and the element as inputs."""
    return _padded(data, pads, None, mode, constant_value)


@ONNX.imports("Pad", since=18)
def pad_18(
    data: Value, pads: Value, constant_value: Value | None = None, axes: Value | None = None, *, mode: str = "constant"
) -> Value:
    """As before, round some axes."""
    chosen = None if axes is None else known_array(axes)
    if axes is not None and chosen is None:
        return _padded(data, _spread_pads(data, pads, axes), None, mode, constant_value)
    along = None if chosen is None else tuple(int(axis) for axis in chosen.ravel())
    return _padded(data, pads, along, mode, constant_value)


def _split(x: Value, axis: int, lengths: tuple[int, ...] | None, context: Context) -> tuple[Value, ...]:
    at = _axis(axis, x)
    size = x.type.shape[at]
    count = len(context.node.outputs)
    if lengths is None:
        if isinstance(size, int) and size % count:
            raise ShapeError(f"axis {at} of {x.type} does not divide into {count} equal parts")
        return Split(count).all(x, np.array(at, np.int64))
    if len(lengths) != count or any(length < 0 for length in lengths):
        raise InputError(f"the lengths {list(lengths)[:16]} do not fit {count} outputs")
    if isinstance(size, int) and sum(lengths) != size:
        raise ShapeError(f"the lengths {list(lengths)[:16]} add up to {sum(lengths)}, axis {at} of {x.type} has {size}")
    if len(set(lengths)) == 1:
        return Split(count).all(x, np.array(at, np.int64))
    return VariadicSplit().all(x, np.array(at, np.int64), _list(lengths))


def _computed_slice(data: Value, starts: Value, ends: Value, axes: Value | None, steps: Value | None) -> Value:
    """Along every axis the places from start to end are gathered."""
    rank, count = data.type.rank, starts.type.elements
    numbers = np.arange(count if isinstance(count, int) else rank, dtype=np.int64)
    along = ComputedAxes(data.graph.constant(numbers) if axes is None else axes, rank)
    if not isinstance(count, int):
        raise UnsupportedError(f"the number of the starts must be fixed, their type is {starts.type}")
    step = along.spread(data.graph.constant(np.ones(count, np.int64)) if steps is None else steps, 1)
    shape = ShapeOf()(data)
    start, end = (along.spread(each, default) for each, default in ((starts, 0), (ends, _LAST)))
    back = Less()(step, 0)
    low, high = Select()(back, _list([-1]), _list([0])), Subtract()(shape, Select()(back, _list([1]), _list([0])))
    start, end = (Select()(Less()(each, 0), Maximum()(Add()(each, shape), low), each) for each in (start, end))
    start, end = Maximum()(Minimum()(start, high), 0), Minimum()(end, high)
    for axis in range(rank):
        places = Range(DType.i64)(*(reshaped(_part(each, axis), ()) for each in (start, end, step)))
        data = Gather()(data, places, np.array(axis, np.int64))
    return data


def _computed_split(x: Value, axis: int, split: Value, context: Context) -> tuple[Value, ...]:
    count, at = len(context.node.outputs), _axis(axis, x)
    if split.type.shape != (count,):
        raise InputError(f"split is {split.type}, {count} lengths are needed")
    return VariadicSplit().all(x, np.array(at, np.int64), split)


def _spread_pads(data: Value, pads: Value, axes: Value) -> Value:
    """The widths of every axis, where the axes are computed."""
    along = ComputedAxes(axes, data.type.rank)
    if not isinstance(along.count, int):
        raise UnsupportedError(f"the number of the axes must be fixed, their type is {axes.type}")
    sides = ((0, along.count), (along.count, 2 * along.count))
    parts = [Slice()(pads, _list([low]), _list([high]), _list([1])) for low, high in sides]
    return Concat(0)(*(along.spread(part, 0) for part in parts))


def _pad(
    x: Value,
    pads: tuple[int, ...],
    axes: tuple[int, ...] | None,
    mode: str,
    value: Value | np.ndarray[tuple[int, ...], np.dtype[np.generic]] | None,
) -> Value:
    rank = x.type.rank
    chosen = [_axis(axis, x) for axis in axes] if axes is not None else list(range(rank))
    if len(pads) != 2 * len(chosen) or len(set(chosen)) != len(chosen):
        raise InputError(f"pads has {len(pads)} numbers, {2 * len(chosen)} are needed for axes {chosen}")
    begin, end = [0] * rank, [0] * rank
    for position, axis in enumerate(chosen):
        begin[axis], end[axis] = pads[position], pads[position + len(chosen)]
    if max(map(abs, [*begin, *end]), default=0) > 1 << 31:
        raise InputError(f"pads {list(pads)[:16]} are out of range")
    if one_of("padding mode", mode, _PADDINGS) == "wrap":
        return _wrapped(x, _list(begin), _list(end))
    fill = value if mode == "constant" else None
    if isinstance(fill, Value) and fill.type.rank:
        fill = reshaped(fill, ())
    if mode != "constant" and min(*begin, *end) < 0:
        x = _cropped(x, begin, end)
        begin, end = ([max(width, 0) for width in widths] for widths in (begin, end))
    return Pad(mode)(x, _list(begin), _list(end), fill)


def _cropped(x: Value, begin: list[int], end: list[int]) -> Value:
    """What is left where a width is negative; what is mirrored or repeated then is that."""
    for axis, (low, high) in enumerate(zip(begin, end, strict=True)):
        if min(low, high) < 0:
            size, cut = x.type.shape[axis], max(-low, 0) + max(-high, 0)
            if isinstance(size, int) and cut > size:
                raise ShapeError(f"pads {low} and {high} take more than axis {axis} of {x.type} has")
            last = -max(-high, 0) or _LAST
            x = Slice()(x, _list([max(-low, 0)]), _list([last]), _list([1]), _list([axis]))
    return x


def _padded(data: Value, pads: Value, axes: tuple[int, ...] | None, mode: str, value: Value | None) -> Value:
    """Padding by widths that may be computed."""
    known = known_array(pads)
    if known is not None:
        return _pad(data, tuple(int(width) for width in known.ravel()), axes, mode, value)
    rank = data.type.rank
    chosen = list(range(rank)) if axes is None else [_axis(axis, data) for axis in axes]
    if pads.type.shape != (2 * len(chosen),) or len(set(chosen)) != len(chosen):
        raise InputError(f"pads is {pads.type}, {2 * len(chosen)} numbers are needed for axes {chosen}")
    one_of("padding mode", mode, _PADDINGS)
    nothing = pads.graph.constant(np.zeros(1, pads.type.dtype.numpy))
    widths = [_part(pads, at) for at in range(2 * len(chosen))]
    sides = [[nothing] * rank, [nothing] * rank]
    for position, axis in enumerate(chosen):
        sides[0][axis], sides[1][axis] = widths[position], widths[position + len(chosen)]
    fill = value if mode == "constant" else None
    begin, end = (Concat(0)(*side) for side in sides)
    if mode == "wrap":
        return _wrapped(data, begin, end)
    return Pad(mode)(data, begin, end, fill if fill is None or not fill.type.rank else reshaped(fill, ()))


def _wrapped(x: Value, begin: Any, end: Any) -> Value:
    """Every axis continued by itself."""
    shape = ShapeOf()(x)
    first, last = Multiply()(x.graph.constant(begin) if not isinstance(begin, Value) else begin, -1), Add()(shape, end)
    for axis in range(x.type.rank):
        low, high, size = (reshaped(_part(each, axis), ()) for each in (first, last, shape))
        places = FloorMod()(Range(DType.i64)(low, high, np.array(1, np.int64)), size)
        x = Gather()(x, places, np.array(axis, np.int64))
    return x


def _part(numbers: Value, at: int) -> Value:
    return Slice()(numbers, np.array([at]), np.array([at + 1]), np.array([1]))


def _axis(axis: int, x: Value) -> int:
    if not -x.type.rank <= axis < x.type.rank:
        raise InputError(f"axis {axis} is outside rank {x.type.rank}")
    return axis + x.type.rank if axis < 0 else axis


def _list(numbers: tuple[int, ...] | list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array(numbers, np.int64)
