"""Pooling. In SAME padding what is padded counts neither as a maximum nor in a mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.pooling import AvgPool, MaxPool, MaxPool8
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.shown import shown
from dldt.compiler.types import DType
from dldt.frontends.engine.known import required_ints
from dldt.frontends.tensorflow.channels import as_given, channels_first, spatial, to_last
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import cast, count_up, size
from dldt.frontends.tensorflow.windows import window_fields


@TENSORFLOW.imports("MaxPool")
def max_pool(
    input: Value,
    *,
    ksize: tuple[int, ...],
    strides: tuple[int, ...],
    padding: str,
    explicit_paddings: tuple[int, ...] = (),
    data_format: str = "NHWC",
) -> Value:
    """The largest of each window."""
    return _pooled(input, MaxPool, ksize, strides, padding, explicit_paddings, data_format)


@TENSORFLOW.imports("MaxPoolV2")
def max_pool_v2(input: Value, ksize: Value, strides: Value, *, padding: str, data_format: str = "NHWC") -> Value:
    """The same, windows and strides as inputs."""
    kernel, step = (
        required_ints(x, f"the input {shown(name)}") for x, name in ((ksize, "ksize"), (strides, "strides"))
    )
    return _pooled(input, MaxPool, kernel, step, padding, (), data_format)


@TENSORFLOW.imports("MaxPool3D")
def max_pool_3d(
    input: Value, *, ksize: tuple[int, ...], strides: tuple[int, ...], padding: str, data_format: str = "NDHWC"
) -> Value:
    """The same over three axes."""
    return _pooled(input, MaxPool, ksize, strides, padding, (), data_format)


@TENSORFLOW.imports("AvgPool")
def avg_pool(
    value: Value, *, ksize: tuple[int, ...], strides: tuple[int, ...], padding: str, data_format: str = "NHWC"
) -> Value:
    """The mean of each window."""
    return _pooled(value, _mean, ksize, strides, padding, (), data_format)


@TENSORFLOW.imports("AvgPool3D")
def avg_pool_3d(
    input: Value, *, ksize: tuple[int, ...], strides: tuple[int, ...], padding: str, data_format: str = "NDHWC"
) -> Value:
    """The same over three axes."""
    return _pooled(input, _mean, ksize, strides, padding, (), data_format)


@TENSORFLOW.imports("MaxPoolWithArgmax")
def max_pool_with_argmax(
    input: Value,
    *,
    ksize: tuple[int, ...],
    strides: tuple[int, ...],
    Targmax: DType = DType.i64,
    padding: str,
    include_batch_in_index: bool = False,
) -> tuple[Value, ...]:
    """The largest of each window, and its place: (row * width + column) * channels + channel."""
    fields = window_fields(4, "NHWC", strides, padding)
    kernel = spatial("ksize", ksize, "NHWC", 4)
    pool = MaxPool8(kernel=kernel, dilations=(1, 1), axis=2, **fields)
    largest, place = pool.all(channels_first(input, "NHWC"))
    channels = size(input, 3)
    index = Add()(Multiply()(to_last(place), channels), count_up(input, channels))
    if include_batch_in_index:
        each = Multiply()(Multiply()(size(input, 1), size(input, 2)), channels)
        batch = _column(Multiply()(count_up(input, size(input, 0)), each))
        index = Add()(index, batch)
    return to_last(largest), cast(index, Targmax)


def _column(x: Value) -> Value:
    from_first = [-1, 1, 1, 1]
    return Reshape()(x, np.array(from_first, np.int64))


def _mean(**fields: Any) -> AvgPool:
    return AvgPool(exclude_pad=True, **fields)


def _pooled(
    x: Value,
    pool: Callable[..., Any],
    ksize: tuple[int, ...],
    strides: tuple[int, ...],
    padding: str,
    explicit_paddings: tuple[int, ...],
    data_format: str,
) -> Value:
    rank = x.type.rank
    if rank not in (4, 5):
        raise InputError(f"pooling needs data of rank 4 or 5, not {x.type}")
    fields = window_fields(rank, data_format, strides, padding, explicit_paddings)
    made: Value = pool(kernel=spatial("ksize", ksize, data_format, rank), **fields)(channels_first(x, data_format))
    return as_given(made, data_format)
