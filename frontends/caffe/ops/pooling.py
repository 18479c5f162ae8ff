"""Pooling with Caffe's rounding and divisor, pyramids of it, and what undoes it."""

from __future__ import annotations

from typing import Any

import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.interpolate import Interpolate
from dldt.compiler.ops.pooling import AvgPool, AvgPool14, MaxPool, MaxPool8, MaxPool14
from dldt.compiler.ops.reduce import ReduceMax, ReduceMean
from dldt.compiler.ops.scatter import ScatterElementsUpdate
from dldt.compiler.types import DType
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.shaping import DimOf, dims_of, fixed_space, reshape
from dldt.frontends.caffe.window import per_axis
from dldt.frontends.engine.context import Context


@CAFFE.imports("Pooling")
def pooling(
    bottom: Value,
    *,
    pool: str = "MAX",
    pad: int = 0,
    kernel_size: int | None = None,
    stride: int = 1,
    kernel_h: int | None = None,
    kernel_w: int | None = None,
    pad_h: int | None = None,
    pad_w: int | None = None,
    stride_h: int | None = None,
    stride_w: int | None = None,
    global_pooling: bool = False,
    round_mode: str = "CEIL",
    ceil_mode: bool = True,
    context: Context,
) -> tuple[Value, ...]:
    """The largest, or the mean, of each window; the second top of the largest is where in its plane it was found"""
    wants_mask = context.outputs > 1
    if pool == "STOCHASTIC":
        raise UnsupportedError("stochastic pooling is for training; Caffe's own use of it needs random numbers")
    if bottom.type.rank != 4:
        raise ShapeError(f"{bottom.type} must have two spatial axes")
    if wants_mask and pool != "MAX":
        raise InputError("only pooling of type MAX has a second top")
    if global_pooling and not wants_mask:
        return ((ReduceMax if pool == "MAX" else ReduceMean)(keep_dims=True)(bottom, np.array([2, 3], np.int64)),)
    if global_pooling:
        return _pooled(bottom, pool, fixed_space(bottom), (1, 1), (0, 0), ceil=False, mask=True)
    kernel = per_axis("kernel_size", kernel_size, kernel_h, kernel_w, 2, None)
    step = per_axis("stride", stride, stride_h, stride_w, 2)
    padding = per_axis("pad", pad, pad_h, pad_w, 2, 0)
    if any(p >= k for p, k in zip(padding, kernel, strict=True)):
        raise InputError(f"pad {list(padding)} must be below the kernel {list(kernel)}")
    ceil = round_mode == "CEIL" and ceil_mode
    return _pooled(bottom, pool, kernel, step, padding, ceil=ceil, mask=wants_mask)


@CAFFE.imports("SPP")
def spp(bottom: Value, *, pyramid_height: int, pool: str = "MAX") -> Value:
    """Pooling to 1, 4, 16 … bins, all of them as one vector"""
    if not 1 <= pyramid_height <= 10:
        raise InputError(f"pyramid_height is {pyramid_height}; from 1 to 10 is supported")
    if pool == "STOCHASTIC" or bottom.type.rank != 4:
        raise UnsupportedError(f"{pool} pooling of {bottom.type}; MAX and AVE of two spatial axes are supported")
    levels: list[Value] = []
    for level in range(pyramid_height):
        bins = 2**level
        kernel = tuple(-(-size // bins) for size in fixed_space(bottom))
        pads = tuple((k * bins - size + 1) // 2 for k, size in zip(kernel, fixed_space(bottom), strict=True))
        if any(p >= k for p, k in zip(pads, kernel, strict=True)):
            raise InputError(f"{bottom.type} is too small for {bins} x {bins} bins")
        levels += _pooled(bottom, pool, kernel, kernel, pads, ceil=True, mask=False)
    if pyramid_height == 1:
        return levels[0]
    return Concat(1)(*(reshape(level, [DimOf(0), -1]) for level in levels))


@CAFFE.imports("Upsample")
def upsample(
    bottom: Value,
    mask: Value | None = None,
    *,
    scale: int = 2,
    scale_h: int | None = None,
    scale_w: int | None = None,
    pad_out_h: bool = False,
    pad_out_w: bool = False,
    upsample_h: int | None = None,
    upsample_w: int | None = None,
) -> Value:
    """Each element where `mask` (of pooling) says in a larger plane, zeros elsewhere; without it repeated"""
    factors = per_axis("scale", scale, scale_h, scale_w, 2)
    height, width = fixed_space(bottom)
    high = upsample_h or height * factors[0] - pad_out_h
    wide = upsample_w or width * factors[1] - pad_out_w
    if mask is None:
        how = Interpolate("nearest", "sizes", "asymmetric", "floor")
        scales = np.array([high / height, wide / width], np.float32)
        return how(bottom, np.array([high, wide], np.int64), scales, np.array([2, 3], np.int64))
    if mask.type.shape != bottom.type.shape:
        raise InputError(f"the mask {mask.type} must have the shape of {bottom.type}")
    if high < 1 or wide < 1:
        raise InputError(f"the result would be {high} x {wide}")
    size = np.array([high * wide], np.int64)
    shape = Concat(0)(dims_of(bottom, (0, 1)), size)
    plane = Broadcast()(bottom.graph.constant(np.zeros((), np.float32)), shape)
    rows, where = (reshape(x, [DimOf(0), DimOf(1), height * width]) for x in (bottom, mask))
    filled = ScatterElementsUpdate()(plane, where, rows, np.array(2, np.int64))
    return reshape(filled, [DimOf(0), DimOf(1), high, wide])


def _pooled(
    x: Value,
    pool: str,
    kernel: tuple[int, ...],
    step: tuple[int, ...],
    pad: tuple[int, ...],
    *,
    ceil: bool,
    mask: bool,
) -> tuple[Value, ...]:
    """Sizes round up, but the last window must begin inside the data or the padding before it; what lies beyond the
    padding never counts."""
    rounding = _rounding(x, kernel, step, pad, mean=pool == "AVE") if ceil else "floor"
    fields: dict[str, Any] = dict(strides=step, pads_begin=pad, pads_end=pad, kernel=kernel, rounding_type=rounding)
    if pool == "AVE":
        return ((AvgPool14 if rounding == "ceil_torch" else AvgPool)(exclude_pad=False, **fields)(x),)
    if mask or rounding == "ceil_torch":
        kind = MaxPool14 if rounding == "ceil_torch" else MaxPool8
        return kind(dilations=(1, 1), axis=2, index_element_type=DType.i64, **fields).all(x)[: 1 + mask]
    return (MaxPool(**fields)(x),)


def _rounding(x: Value, kernel: tuple[int, ...], step: tuple[int, ...], pad: tuple[int, ...], *, mean: bool) -> str:
    """How the opset's pooling says it: floor or ceil where that is the same, for older operations know only these."""
    needs: set[str] = set()
    for axis, size in enumerate(x.type.shape[2:]):
        if not isinstance(size, int):
            free = step[axis] <= kernel[axis] and not any(pad)
            needs.add("ceil" if free else "ceil_torch")
            continue
        room = size + 2 * pad[axis] - kernel[axis]
        last = -(-room // step[axis]) * step[axis]
        begins_behind = last >= size + pad[axis]
        if begins_behind and not any(pad):
            raise UnsupportedError(
                f"the last window of spatial axis {axis} begins behind the data: Caffe computes no number for it"
            )
        if room % step[axis]:
            needs.add("floor" if begins_behind else "ceil_torch" if mean and any(pad) else "ceil")
    return needs.pop() if len(needs) == 1 else "ceil_torch" if needs else "floor"
