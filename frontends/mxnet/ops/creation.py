"""Tensors that are made of nothing, or of a shape alone."""

from __future__ import annotations

import numpy as np

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.reduce import ReduceProd
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.squeeze import Squeeze
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.context import Context
from dldt.frontends.mxnet.element_types import element_type
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import axis_of, cast, ints, number, size
from dldt.frontends.mxnet.new_shape import broadcast_to, dims

_MAX_LENGTH = 1 << 28


@MXNET.imports("_zeros")
def zeros(*, shape: tuple[int, ...] = (), dtype: str = "float32", context: Context) -> Value:
    """Zeros. A dim that is not known, of the state that a recurrent layer begins with, is 1 and broadcasts."""
    return _filled(context, tuple(dim or 1 for dim in shape), dtype, 0)


@MXNET.imports("_zeros_without_dtype")
def zeros_without_dtype(*, shape: tuple[int, ...] = (), dtype: int = -1, context: Context) -> Value:
    """Zeros, of f32 where no type is given."""
    return _filled(context, tuple(dim or 1 for dim in shape), "float32" if dtype < 0 else str(dtype), 0)


@MXNET.imports("_ones")
def ones(*, shape: tuple[int, ...] = (), dtype: str = "float32", context: Context) -> Value:
    """Ones."""
    return _filled(context, shape, dtype, 1)


@MXNET.imports("_full")
def full(*, shape: tuple[int, ...] = (), dtype: str = "float32", value: float, context: Context) -> Value:
    """One number."""
    return _filled(context, shape, dtype, value)


@MXNET.imports("zeros_like")
def zeros_like(data: Value) -> Value:
    """Zeros in the shape of the input."""
    return _like(data, 0)


@MXNET.imports("ones_like")
def ones_like(data: Value) -> Value:
    """Ones in the shape of the input."""
    return _like(data, 1)


@MXNET.imports("_arange")
def arange(
    *,
    start: float,
    stop: float | None = None,
    step: float = 1.0,
    repeat: int = 1,
    dtype: str = "float32",
    context: Context,
) -> Value:
    """start, start + step, … below stop, each so many times; from 0 to start where there is no stop."""
    first, last = (0.0, start) if stop is None else (start, stop)
    if not step or not np.isfinite([first, last, step]).all() or not 1 <= repeat < _MAX_LENGTH:
        raise InputError(f"there is no range from {first} to {last} by {step}, {repeat} times each")
    count = max(0, int(np.ceil((last - first) / step)))
    _ask(count * repeat)
    return context.graph.constant(_typed(np.repeat(first + step * np.arange(count), repeat), dtype))


@MXNET.imports("_contrib_arange_like")
def arange_like(
    data: Value, *, start: float = 0.0, step: float = 1.0, repeat: int = 1, axis: int | None = None
) -> Value:
    """start, start + step, … in the shape of the input, or as many as an axis has."""
    graph, dtype = data.graph, data.type.dtype
    count = (
        Squeeze()(size(data, axis_of(axis, data)), ints(0))
        if axis is not None
        else ReduceProd(False)(ShapeOf()(data), ints(0))
    )
    places = Range(DType.i64)(graph.constant(np.array(0, np.int64)), count, np.array(1, np.int64))
    if repeat > 1:
        places = Divide()(places, np.array(repeat, np.int64))
    numbers = Add()(Multiply()(cast(places, dtype), number(step, data)), number(start, data))
    return numbers if axis is not None else Reshape()(numbers, ShapeOf()(data))


@MXNET.imports("_eye")
def eye(*, N: int, M: int = 0, k: int = 0, dtype: str = "float32", context: Context) -> Value:
    """Ones on a diagonal."""
    rows, columns = N, M or N
    if min(rows, columns) < 1:
        raise InputError(f"{rows} × {columns} is no size of a matrix")
    _ask(rows * columns)
    return context.graph.constant(_typed(np.eye(rows, columns, max(min(k, columns), -rows)), dtype))


@MXNET.imports("broadcast_to")
def broadcast_to_(data: Value, *, shape: tuple[int, ...] = ()) -> Value:
    """Repeated along axes of one element; 0 keeps a dim."""
    own = dims(data)
    if len(shape) != len(own):
        raise InputError(f"shape {list(shape)} has {len(shape)} dims, the data is {data.type}")
    return broadcast_to(data, [wanted or own[axis] for axis, wanted in enumerate(shape)])


@MXNET.imports("broadcast_axis")
def broadcast_axis(data: Value, *, axis: tuple[int, ...] = (), size: tuple[int, ...] = ()) -> Value:
    """Repeated along these axes, which have one element."""
    shape = dims(data)
    if len(axis) != len(size):
        raise InputError(f"axis {list(axis)} and size {list(size)} have different lengths")
    for each, wanted in zip(axis, size, strict=True):
        shape[axis_of(each, data)] = wanted
    return broadcast_to(data, shape)


@MXNET.imports("broadcast_like")
def broadcast_like(
    lhs: Value, rhs: Value, *, lhs_axes: tuple[int, ...] | None = None, rhs_axes: tuple[int, ...] | None = None
) -> Value:
    """Repeated along axes of one element as the other input has them."""
    if lhs_axes is None or rhs_axes is None:
        return Broadcast()(lhs, ShapeOf()(rhs))
    if len(lhs_axes) != len(rhs_axes):
        raise InputError(f"lhs_axes {list(lhs_axes)} and rhs_axes {list(rhs_axes)} have different lengths")
    shape, other = dims(lhs), dims(rhs)
    for left, right in zip(lhs_axes, rhs_axes, strict=True):
        shape[axis_of(left, lhs)] = other[axis_of(right, rhs)]
    return broadcast_to(lhs, shape)


@MXNET.imports("shape_array")
def shape_array(data: Value) -> Value:
    """The shape, as int64."""
    return ShapeOf()(data)


@MXNET.imports("size_array")
def size_array(data: Value) -> Value:
    """The number of elements, as a vector of one int64."""
    return ReduceProd(True)(ShapeOf()(data), ints(0))


@MXNET.imports("Cast")
def cast_(data: Value, *, dtype: str) -> Value:
    """In another element type."""
    return cast(data, element_type(dtype))


@MXNET.imports("amp_cast")
def amp_cast(data: Value, *, dtype: str) -> Value:
    """In another floating-point type; integers stay."""
    return cast(data, element_type(dtype)) if data.type.dtype.is_float else data


@MXNET.imports("amp_multicast")
def amp_multicast(*data: Value, num_outputs: int, cast_narrow: bool = False) -> tuple[Value, ...]:
    """All in the widest type that is among them, or the narrowest."""
    if cast_narrow:
        raise UnsupportedError("amp_multicast with cast_narrow=True is not supported")
    widest = max((value.type.dtype for value in data), key=lambda dtype: dtype.size)
    return tuple(cast(value, widest) for value in data)


def _filled(context: Context, shape: tuple[int, ...], dtype: str, value: float) -> Value:
    if any(dim < 0 for dim in shape):
        raise InputError(f"shape {list(shape)} is not known")
    one = context.graph.constant(_typed(np.array(value), dtype))
    return Broadcast()(one, ints(*shape)) if shape else one


def _like(data: Value, value: float) -> Value:
    return Broadcast()(data.graph.constant(number(value, data)), ShapeOf()(data))


def _typed(array: Array, dtype: str) -> Array:
    return np.asarray(array).astype(element_type(dtype).numpy)


def _ask(count: int) -> None:
    if count > _MAX_LENGTH:
        raise InputError(f"{count} elements are too many for a constant")
    budget().ask(8 * count)
