"""How alike the surroundings of pixels of two pictures are, as networks for optical flow compare them."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reduce import ReduceMean
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.slice import Slice
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import ints, number
from dldt.frontends.mxnet.ops.pooling import pooling

_MOST_PLACES = 4096


@MXNET.imports("Correlation")
def correlation(
    data1: Value,
    data2: Value,
    *,
    kernel_size: int = 1,
    max_displacement: int = 1,
    stride1: int = 1,
    stride2: int = 1,
    pad_size: int = 0,
    is_multiply: bool = True,
) -> Value:
    """[N, places, H, W]: for each of the places round a pixel, a row of them after the other, the mean of the products
    (or distances) of the pixels round the one of data1 and round that place of data2."""
    high, wide = data1.type.shape[2:] if data1.type.rank == 4 else (None, None)
    if not isinstance(high, int) or not isinstance(wide, int) or data2.type.rank != 4:
        raise ShapeError(f"pictures must be [N, C, H, W] with fixed H and W, not {data1.type} and {data2.type}")
    sizes = (kernel_size, stride1, stride2)
    radius = max_displacement // max(stride2, 1)
    if min(sizes) < 1 or min(max_displacement, pad_size) < 0 or (2 * radius + 1) ** 2 > _MOST_PLACES:
        raise InputError(f"{(2 * radius + 1) ** 2} places with kernel and strides {sizes} are not possible")
    border = 2 * (max_displacement + (kernel_size - 1) // 2)
    counts = [-(-(size + 2 * pad_size - border) // stride1) for size in (high, wide)]
    if min(counts) < 1:
        raise ShapeError(f"pictures of {high} x {wide} are too small for places {max_displacement} pixels away")
    extents = [(count - 1) * stride1 + kernel_size for count in counts]
    ends = ints(0, 0, pad_size, pad_size)
    first, second = (Pad()(x, ends, ends, number(0, x)) for x in (data1, data2))
    step = stride1 if kernel_size == 1 else 1

    def part(x: Value, down: int, right: int) -> Value:
        low = (max_displacement + down, max_displacement + right)
        stops = [start + extent for start, extent in zip(low, extents, strict=True)]
        made: Value = Slice()(x, ints(*low), ints(*stops), ints(step, step), ints(2, 3))
        return made

    own = part(first, 0, 0)
    places = np.arange(-radius, radius + 1) * stride2
    alike = []
    for down in places:
        for right in places:
            other = part(second, int(down), int(right))
            pairs = Multiply()(own, other) if is_multiply else Abs()(Subtract()(own, other))
            alike.append(ReduceMean(True)(pairs, ints(1)))
    whole: Value = Concat(1)(*alike)
    if kernel_size == 1:
        return whole
    window = (kernel_size, kernel_size)
    return pooling(whole, kernel=window, pool_type="avg", stride=(stride1, stride1))
