"""FlowNet's comparison of two maps."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reduce import ReduceMean
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.slice import Slice
from dldt.frontends.caffe.framework import CAFFE

_AXES, _CHANNELS = np.array([2, 3], np.int64), np.array([1], np.int64)
_MOST = 1 << 10


@CAFFE.imports("Correlation")
def correlation(
    bottom: Value,
    other: Value,
    *,
    pad: int = 0,
    kernel_size: int,
    max_displacement: int,
    stride_1: int = 1,
    stride_2: int = 1,
    single_direction: int = 0,
    do_abs: bool = False,
    correlation_type: str = "MULTIPLY",
) -> Value:
    """The mean product (or difference) of each element with those of the other map up to `max_displacement` away"""
    if kernel_size != 1 or single_direction or do_abs:
        raise UnsupportedError(
            f"kernel_size {kernel_size}, single_direction {single_direction}, do_abs {do_abs}: a kernel of 1 element, "
            "in all directions, is supported"
        )
    if bottom.type.shape != other.type.shape or bottom.type.rank != 4:
        raise InputError(f"{bottom.type} and {other.type} must be maps of the same shape")
    space = bottom.type.shape[2:]
    if not all(isinstance(dim, int) for dim in space):
        raise UnsupportedError(f"height and width of {bottom.type} must be fixed")
    reach = max_displacement // stride_2 if stride_2 else 0
    counts = [
        -(-(int(dim) + 2 * pad - 2 * max_displacement) // max(stride_1, 1)) for dim in space if isinstance(dim, int)
    ]
    if min(stride_1, stride_2, *counts) < 1 or (2 * reach + 1) ** 2 > _MOST:
        raise InputError(f"max_displacement {max_displacement} with pad {pad} does not fit {bottom.type}")
    border = np.array([0, 0, pad, pad], np.int64)
    zero = np.array(0, np.float32)
    first, second = (Pad()(x, border, border, zero) if pad else x for x in (bottom, other))
    here = _part(first, max_displacement, max_displacement, counts, stride_1)
    steps = [step * stride_2 for step in range(-reach, reach + 1)]
    planes = []
    for down in steps:
        for right in steps:
            there = _part(second, max_displacement + down, max_displacement + right, counts, stride_1)
            product = Multiply()(here, there) if correlation_type == "MULTIPLY" else Abs()(Subtract()(here, there))
            planes.append(ReduceMean(keep_dims=True)(product, _CHANNELS))
    return Concat(1)(*planes)


def _part(x: Value, top: int, left: int, counts: list[int], stride: int) -> Value:
    start = np.array([top, left], np.int64)
    stop = start + (np.array(counts, np.int64) - 1) * stride + 1
    return Slice()(x, start, stop, np.array([stride, stride], np.int64), _AXES)
