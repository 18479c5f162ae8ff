"""Convolution over time and height."""

from __future__ import annotations

import math

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convolution import Convolution
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.transpose import Transpose
from dldt.frontends.engine.signature import Matrix, Vector
from dldt.frontends.kaldi.framework import KALDI
from dldt.frontends.kaldi.ops.joining import dim_range

LARGEST_KERNEL = 4096


@KALDI.imports("TimeHeightConvolutionComponent")
def time_height_convolution(
    *frames: Value,
    num_filters_in: int,
    num_filters_out: int,
    height_in: int,
    height_out: int,
    height_subsample_out: int = 1,
    offsets: Matrix,
    linear_params: Matrix,
    bias_params: Vector,
) -> Value:
    """y[t, h, o] = b[o] + sum over offsets (dt, dh) and i of w[o, dt, dh, i] x[t + dt, h stride + dh, i], x being zero
    above and below. An input for each dt, in their order; a number of a frame is height × filters.

    It is a convolution over height, whose channels are the filters at each dt.
    """
    if offsets.shape[1] != 2 or not len(offsets):
        raise InputError(f"offsets of shape {list(offsets.shape)} are no pairs of time and height")
    times = sorted({int(t) for t, _ in offsets})
    heights = sorted({int(h) for _, h in offsets})
    step = math.gcd(*(h - heights[0] for h in heights)) or 1
    kernel = (heights[-1] - heights[0]) // step + 1
    wanted = (num_filters_out, len(offsets) * num_filters_in)
    if len(times) != len(frames) or linear_params.shape != wanted or not 1 <= kernel <= LARGEST_KERNEL:
        raise InputError(f"weights of {list(linear_params.shape)} do not fit {len(offsets)} offsets")
    filters = np.zeros((num_filters_out, len(times), num_filters_in, kernel), np.float32)
    columns = linear_params.reshape(num_filters_out, len(offsets), num_filters_in)
    for place, (time, height) in enumerate(offsets):
        filters[:, times.index(int(time)), :, (int(height) - heights[0]) // step] = columns[:, place]
    # what no filter reaches is left out: rows below the first height, and above the last
    first, last = heights[0], (height_out - 1) * height_subsample_out + heights[-1]
    start, end = max(first, 0), min(last + 1, height_in)
    if start >= end:
        raise InputError(f"heights {first} to {last} are all outside of the {height_in} rows of the input")
    size = (end - start) * num_filters_in
    used = [dim_range(x, start=start * num_filters_in, size=size) for x in frames]
    shape = np.array([-1, end - start, num_filters_in], np.int64)
    data = Concat(2)(*(Reshape()(x, shape) for x in used)) if len(used) > 1 else Reshape()(used[0], shape)
    channels = Transpose()(data, np.array([0, 2, 1], np.int64))
    pads = (start - first,), (last + 1 - end,)
    made = Convolution((height_subsample_out,), *pads, (step,))(channels, filters.reshape(num_filters_out, -1, kernel))
    made = Add()(made, bias_params.reshape(1, -1, 1))
    back = Transpose()(made, np.array([0, 2, 1], np.int64))
    return Reshape()(back, np.array([-1, height_out * num_filters_out], np.int64))
