"""Pictures of another size."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.adaptive_pooling import AdaptiveAvgPool
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.interpolate import Interpolate
from dldt.compiler.ops.reduce import ReduceMean
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import ints, size
from dldt.frontends.mxnet.ops.convolution import deconvolution

_MODES = ("size", "odd_scale", "like", "to_even_down", "to_even_up", "to_odd_down", "to_odd_up")
_MOST_SCALE = 1 << 10


@MXNET.imports("UpSampling")
def up_sampling(
    *data: Value, scale: int, num_filter: int = 0, sample_type: str, multi_input_mode: str = "concat"
) -> Value:
    """Each pixel `scale` times in both directions; or (`bilinear`) a transposed convolution with the second input. Of
    several inputs all become as large as the first one."""
    one_of("sample_type", sample_type, ("nearest", "bilinear"))
    if data[0].type.rank != 4 or not 1 <= scale <= _MOST_SCALE:
        raise InputError(f"scale {scale} must be from 1 to {_MOST_SCALE}, the data {data[0].type} of rank 4")
    if sample_type == "bilinear":
        return _bilinear(data, scale, num_filter)
    first = data[0].type.shape[2]
    made = []
    for value in data:
        own = value.type.shape[2]
        factor = scale
        if value is not data[0]:
            if not isinstance(first, int) or not isinstance(own, int) or own < 1 or (first * scale) % own:
                raise UnsupportedError("several inputs of UpSampling need fixed sizes that divide each other")
            factor = first * scale // own
        made.append(_repeated(value, factor))
    if one_of("multi_input_mode", multi_input_mode, ("concat", "sum")) == "concat":
        return Concat(1)(*made) if len(made) > 1 else made[0]
    total = made[0]
    for value in made[1:]:
        total = Add()(total, value)
    return total


def _repeated(x: Value, factor: int) -> Value:
    resize = Interpolate("nearest", "scales", "asymmetric", "floor")
    return resize(x, ints(1, 1), np.array([factor, factor], np.float32), ints(2, 3))


def _bilinear(data: tuple[Value, ...], scale: int, num_filter: int) -> Value:
    if len(data) != 2:
        raise InputError(f"sample_type bilinear takes data and weight, {len(data)} inputs are given")
    kernel = 2 * scale - scale % 2
    pad = scale // 2
    return deconvolution(
        data[0],
        data[1],
        kernel=(kernel, kernel),
        stride=(scale, scale),
        pad=(pad, pad),
        num_filter=num_filter,
        num_group=num_filter,
    )


@MXNET.imports("_contrib_BilinearResize2D")
def bilinear_resize_2d(
    data: Value,
    like: Value | None = None,
    *,
    height: int = 1,
    width: int = 1,
    scale_height: float | None = None,
    scale_width: float | None = None,
    mode: str = "size",
    align_corners: bool = True,
) -> Value:
    """To a size, by factors, as another input, or to the next odd or even size."""
    one_of("mode", mode, _MODES)
    if data.type.rank != 4:
        raise ShapeError(f"data {data.type} must have height and width")
    coordinates = "align_corners" if align_corners else "half_pixel"
    resize = Interpolate("linear_onnx", "sizes", coordinates)
    factors = np.ones(2, np.float32)
    if mode == "like":
        if like is None:
            raise InputError("mode like needs a second input")
        return resize(data, Concat(0)(size(like, 2), size(like, 3)), factors, ints(2, 3))
    sizes = []
    for axis, wanted, scale in ((2, height, scale_height), (3, width, scale_width)):
        dim = data.type.shape[axis]
        if isinstance(dim, int):
            sizes.append(_resized(dim, wanted, scale, mode))
        elif mode == "size" and scale is None:
            sizes.append(wanted)
        else:
            raise UnsupportedError(f"mode {mode} with factors needs a fixed height and width, the data is {data.type}")
    return resize(data, ints(*sizes), factors, ints(2, 3))


def _resized(dim: int, wanted: int, scale: float | None, mode: str) -> int:
    if scale is not None and not 0 < scale < _MOST_SCALE:
        raise InputError(f"a factor is {scale}, more than 0 and less than {_MOST_SCALE} is needed")
    if mode == "size":
        return wanted if scale is None else int(np.float32(dim) * np.float32(scale))
    if mode == "odd_scale":
        factor = np.float32(1.0 if scale is None else scale)
        return int(np.float32(dim) * factor) if dim % 2 == 0 else int(np.float32(dim - 1) * factor) + 1
    odd = dim % 2 == 1
    steps = {
        "to_even_down": -1 if odd else 0,
        "to_even_up": 1 if odd else 0,
        "to_odd_down": 0 if odd else -1,
        "to_odd_up": 0 if odd else 1,
    }
    return dim + steps[mode]


@MXNET.imports("_contrib_AdaptiveAvgPooling2D")
def adaptive_avg_pooling_2d(data: Value, *, output_size: tuple[int, ...] = ()) -> Value:
    """Means of parts, as many as the output has pixels; of all without a size."""
    if len(output_size) > 2 or data.type.rank != 4:
        raise InputError(f"output_size is {list(output_size)}, the data is {data.type}")
    if not output_size:
        return ReduceMean(True)(data, ints(2, 3))
    return AdaptiveAvgPool()(data, ints(output_size[0], output_size[-1]))
