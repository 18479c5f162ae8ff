"""Pooling over windows and over everything."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.sizes import number, size_of
from dldt.compiler.ops.arithmetic import Add, Divide, FloorMod, Multiply
from dldt.compiler.ops.pooling import AvgPool, AvgPool14, MaxPool, MaxPool8, MaxPool14
from dldt.compiler.ops.reduce import ReduceMax, ReduceMean
from dldt.compiler.types import Array
from dldt.frontends.engine.context import Context
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.window import AUTO_PAD, padding, per_axis
from dldt.frontends.onnx.window_sums import Windows


@ONNX.imports("AveragePool", since=7)
def average_pool_7(
    X: Value,
    *,
    kernel_shape: tuple[int, ...],
    auto_pad: str = "NOTSET",
    count_include_pad: int = 0,
    pads: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
) -> Value:
    """The mean of each window; padding is left out of it unless `count_include_pad`."""
    return _average(X, kernel_shape, auto_pad, 0, count_include_pad, pads, strides)


@ONNX.imports("AveragePool", since=10)
def average_pool_10(
    X: Value,
    *,
    kernel_shape: tuple[int, ...],
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    count_include_pad: int = 0,
    pads: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
) -> Value:
    """As before; `ceil_mode` keeps a last window that hangs over the end."""
    return _average(X, kernel_shape, auto_pad, ceil_mode, count_include_pad, pads, strides)


@ONNX.imports("AveragePool", since=19)
def average_pool_19(
    X: Value,
    *,
    kernel_shape: tuple[int, ...],
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    count_include_pad: int = 0,
    dilations: tuple[int, ...] | None = None,
    pads: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
) -> Value:
    """As before, with dilated windows."""
    if all(d == 1 for d in per_axis("dilations", dilations, len(kernel_shape))):
        return _average(X, kernel_shape, auto_pad, ceil_mode, count_include_pad, pads, strides)
    windows = Windows.of(kernel_shape, strides, dilations, pads, auto_pad, ceil_mode)
    return Divide()(windows.sums(X), windows.counts(X, padded=bool(count_include_pad)))


@ONNX.imports("MaxPool", since=1)
def max_pool_1(
    X: Value,
    *,
    kernel_shape: tuple[int, ...],
    auto_pad: str = "NOTSET",
    pads: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
) -> Value:
    """The largest of each window."""
    return _maximum(X, kernel_shape, auto_pad, 0, None, pads, strides, indices=False)[0]


@ONNX.imports("MaxPool", since=8)
def max_pool_8(
    X: Value,
    *,
    kernel_shape: tuple[int, ...],
    auto_pad: str = "NOTSET",
    pads: tuple[int, ...] | None = None,
    storage_order: int = 0,
    strides: tuple[int, ...] | None = None,
    context: Context,
) -> tuple[Value, ...]:
    """The largest of each window, and where it was found."""
    made = _maximum(X, kernel_shape, auto_pad, 0, None, pads, strides, indices=context.outputs > 1)
    return _stored(X, made, storage_order)


@ONNX.imports("MaxPool", since=10)
def max_pool_10(
    X: Value,
    *,
    kernel_shape: tuple[int, ...],
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    dilations: tuple[int, ...] | None = None,
    pads: tuple[int, ...] | None = None,
    storage_order: int = 0,
    strides: tuple[int, ...] | None = None,
    context: Context,
) -> tuple[Value, ...]:
    """As before, with dilated windows and `ceil_mode`."""
    wants = context.outputs > 1
    made = _maximum(X, kernel_shape, auto_pad, ceil_mode, dilations, pads, strides, indices=wants)
    return _stored(X, made, storage_order)


@ONNX.imports("GlobalAveragePool", since=1)
def global_average_pool_1(X: Value) -> Value:
    """The mean over all spatial axes, which stay with one element."""
    return ReduceMean(keep_dims=True)(X, _spatial_axes(X))


@ONNX.imports("GlobalMaxPool", since=1)
def global_max_pool_1(X: Value) -> Value:
    """The largest over all spatial axes, which stay with one element."""
    return ReduceMax(keep_dims=True)(X, _spatial_axes(X))


def _average(
    X: Value,
    kernel_shape: tuple[int, ...],
    auto_pad: str,
    ceil_mode: int,
    count_include_pad: int,
    pads: tuple[int, ...] | None,
    strides: tuple[int, ...] | None,
) -> Value:
    rank = _window_rank(X, kernel_shape)
    begin, end = padding(pads, auto_pad, rank)
    step = per_axis("strides", strides, rank)
    kernel = per_axis("kernel_shape", kernel_shape, rank)
    rounding = _rounding(X, kernel, step, begin, end) if ceil_mode and auto_pad == "NOTSET" else "floor"
    if rounding == "ceil" and count_include_pad:
        rounding = "ceil_torch"  # what lies beyond the padding does not count, as it would in AvgPool-1
    pool = (AvgPool14 if rounding == "ceil_torch" else AvgPool)(
        strides=step,
        pads_begin=begin,
        pads_end=end,
        kernel=kernel,
        exclude_pad=not count_include_pad,
        rounding_type=rounding,
        auto_pad=AUTO_PAD[auto_pad],
    )
    return pool(X)


def _maximum(
    X: Value,
    kernel_shape: tuple[int, ...],
    auto_pad: str,
    ceil_mode: int,
    dilations: tuple[int, ...] | None,
    pads: tuple[int, ...] | None,
    strides: tuple[int, ...] | None,
    *,
    indices: bool,
) -> tuple[Value, ...]:
    rank = _window_rank(X, kernel_shape)
    begin, end = padding(pads, auto_pad, rank)
    step = per_axis("strides", strides, rank)
    kernel, dilation = per_axis("kernel_shape", kernel_shape, rank), per_axis("dilations", dilations, rank)
    reach = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))
    rounding = _rounding(X, reach, step, begin, end) if ceil_mode and auto_pad == "NOTSET" else "floor"
    if indices or rounding == "ceil_torch" or any(d != 1 for d in dilation):
        cls = MaxPool14 if rounding == "ceil_torch" else MaxPool8
        pool = cls(step, dilation, begin, end, kernel, auto_pad=AUTO_PAD[auto_pad], rounding_type=rounding)
        return pool.all(X)[: 1 + indices]
    return (MaxPool(step, begin, end, kernel, rounding, AUTO_PAD[auto_pad])(X),)


def _window_rank(X: Value, kernel_shape: tuple[int, ...]) -> int:
    """How many axes the windows have. Raises ShapeError where these are not the spatial axes of ``X``."""
    if len(kernel_shape) != X.type.rank - 2:
        raise ShapeError(
            f"kernel_shape has {len(kernel_shape)} numbers, {X.type} has {max(0, X.type.rank - 2)} spatial axes"
        )
    return len(kernel_shape)


def _rounding(
    X: Value, reach: tuple[int, ...], step: tuple[int, ...], begin: tuple[int, ...], end: tuple[int, ...]
) -> str:
    """ONNX rounds up, but drops a window that would start behind the data: said by floor or ceil where that is
    possible, for the IR's older pooling operations know only these."""
    needs: set[str] = set()
    for axis, size in enumerate(X.type.shape[2:]):
        if end[axis] + step[axis] <= reach[axis]:
            needs.add("ceil")  # no window can start behind the data
            continue
        if not isinstance(size, int):
            return "ceil_torch"
        room = size + begin[axis] + end[axis] - reach[axis]
        if room % step[axis] == 0:
            continue
        last = (room // step[axis] + 1) * step[axis]
        needs.add("floor" if last >= size + begin[axis] else "ceil")
    return needs.pop() if len(needs) == 1 else "ceil_torch" if needs else "floor"


def _stored(X: Value, made: tuple[Value, ...], storage_order: int) -> tuple[Value, ...]:
    """The places as the order of storage counts them: with 1, the first spatial axis is the innermost one."""
    if len(made) < 2 or not storage_order:
        return made
    axes = range(2, X.type.rank)
    sizes = {axis: size_of(X, axis) for axis in axes}
    rest, moved, weight = made[1], None, X.graph.constant(number(1))
    strides: dict[int, Value] = {}
    for axis in axes:
        strides[axis] = weight
        weight = Multiply()(weight, sizes[axis])
    image = Multiply()(Divide()(rest, weight), weight)
    for axis in reversed(axes):
        part = Multiply()(FloorMod()(rest, sizes[axis]), strides[axis])
        moved = part if moved is None else Add()(moved, part)
        rest = Divide()(rest, sizes[axis])
    return made[0], Add()(image, moved)


def _spatial_axes(X: Value) -> Array:
    if X.type.rank < 3:
        raise ShapeError(f"{X.type} has no spatial axes")
    return np.arange(2, X.type.rank, dtype=np.int64)
