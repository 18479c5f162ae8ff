"""Windows over any axes: elements moved apart, and reductions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Maximum, Minimum, Multiply
from dldt.compiler.ops.logical import LogicalAnd, LogicalOr
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.slice import Slice
from dldt.frontends.engine.known import required_ints
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.tflite.framework import TFLITE

_MOST = 4096
"""The longest window along an axis."""

_FOLDS: dict[str, Callable[[Value, Value], Value]] = {
    "ADD": lambda x, y: Add()(x, y),
    "MUL": lambda x, y: Multiply()(x, y),
    "MINIMUM": lambda x, y: Minimum()(x, y),
    "MAXIMUM": lambda x, y: Maximum()(x, y),
    "ALL": lambda x, y: LogicalAnd()(x, y),
    "ANY": lambda x, y: LogicalOr()(x, y),
}


@TFLITE.imports("DILATE")
def dilate(input: Value, dilations: Value, padding_value: Value) -> Value:
    """Elements moved apart, with a number between them."""
    steps, sizes = required_ints(dilations, "input 'dilations'"), input.type.static_shape
    if len(steps) != len(sizes) or min(steps, default=1) < 1:
        raise InputError(f"dilations {list(steps)} do not fit {input.type}: one of 1 or more for each dim is needed")
    apart = reshaped(input, tuple(n for size in sizes for n in (size, 1)))
    ends = np.array([n for step in steps for n in (0, step - 1)], np.int64)
    padded = Pad("constant")(apart, np.zeros_like(ends), ends, reshaped(padding_value, ()))
    joined = reshaped(padded, tuple(size * step for size, step in zip(sizes, steps, strict=True)))
    stops = [max(0, (size - 1) * step + 1) for size, step in zip(sizes, steps, strict=True)]
    return _part(joined, [0] * len(stops), stops, [1] * len(stops))


@TFLITE.imports("REDUCE_WINDOW")
def reduce_window(
    input: Value,
    init_value: Value,
    window_shape: Value,
    window_strides: Value,
    window_dilations: Value,
    *,
    reduce_function: str = "UNSUPPORTED",
) -> Value:
    """All elements of each window joined, axis by axis, and the first value."""
    fold = _FOLDS.get(reduce_function)
    if fold is None:
        raise UnsupportedError(f"windows are not joined by {reduce_function}, but by {', '.join(_FOLDS)}")
    given = (window_shape, window_strides, window_dilations)
    rows = [required_ints(value, "what describes the windows") for value in given]
    rank = input.type.rank
    if any(len(row) != rank or min(row, default=1) < 1 for row in rows) or max(rows[0], default=1) > _MOST:
        raise InputError(f"windows {rows} do not fit {input.type}: numbers from 1 for each dim, windows to {_MOST}")
    made = input
    for axis, (size, stride, dilation) in enumerate(zip(*rows, strict=True)):
        made = _along(made, axis, size, stride, dilation, fold)
    return fold(made, reshaped(init_value, ()))


def _along(x: Value, axis: int, size: int, stride: int, dilation: int, fold: Callable[[Value, Value], Value]) -> Value:
    length = x.type.static_shape[axis]
    count = max(0, (length - (size - 1) * dilation - 1) // stride + 1)
    if not count:
        raise InputError(f"a window of {size} elements, {dilation} apart, is longer than dim {axis} of {x.type}")
    made: Value | None = None
    for place in range(size):
        start = place * dilation
        one = _part(x, [start], [start + (count - 1) * stride + 1], [stride], axis)
        made = one if made is None else fold(made, one)
    assert made is not None
    return made


def _part(x: Value, starts: list[int], stops: list[int], steps: list[int], axis: int = 0) -> Value:
    axes = range(axis, axis + len(starts))
    return Slice()(x, *(np.array(row, np.int64) for row in (starts, stops, steps, axes)))
