"""Sums, products and maxima of several bottoms; scales and shifts along axes."""

from __future__ import annotations

import math
from functools import reduce

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Maximum, Multiply
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.shaping import axis_of, from_axis, trailing
from dldt.frontends.engine.known import required_array

_MOST = 1 << 24


@CAFFE.imports("Eltwise")
def eltwise(
    *bottoms: Value, operation: str = "SUM", coeff: tuple[float, ...] = (), stable_prod_grad: bool = True
) -> Value:
    """The sum of the bottoms, each times its coefficient; their product; or the largest"""
    if any(x.type.shape != bottoms[0].type.shape for x in bottoms):
        raise InputError("the shapes of the bottoms differ: " + ", ".join(str(x.type) for x in bottoms))
    if coeff and (operation != "SUM" or len(coeff) != len(bottoms)):
        raise InputError(
            f"{len(coeff)} of coeff for {operation} of {len(bottoms)} bottoms; each bottom of a SUM has one"
        )
    if operation != "SUM":
        join = Multiply() if operation == "PROD" else Maximum()
        return reduce(lambda a, b: join(a, b), bottoms)
    weights = coeff or (1.0,) * len(bottoms)
    scaled = [x if c == 1 else Multiply()(x, np.array(c, np.float32)) for x, c in zip(bottoms, weights, strict=True)]
    return reduce(lambda a, b: Add()(a, b), scaled)


@CAFFE.imports("Scale")
def scale(
    bottom: Value,
    factor: Value | None = None,
    blob0: Value | None = None,
    blob1: Value | None = None,
    *,
    axis: int = 1,
    num_axes: int = 1,
    bias_term: bool = False,
) -> Value:
    """x · scale (+ bias), both along the axes from `axis` on; the scale is a bottom or a blob"""
    start = axis_of(axis, bottom.type.rank)
    weight, bias = (blob0, blob1) if factor is None else (factor, blob0)
    if weight is None:
        raise InputError("it has neither a second bottom nor a blob")
    made = Multiply()(bottom, _along(weight, bottom, start, num_axes, is_blob=factor is None))
    if not bias_term:
        return made
    if bias is None:
        raise InputError("bias_term is set, and the blob of the bias is missing")
    same = (factor is not None and factor.type.rank) or num_axes
    return Add()(made, _along(bias, bottom, start, same, is_blob=True))


@CAFFE.imports("Bias")
def bias(
    bottom: Value, shift: Value | None = None, blob0: Value | None = None, *, axis: int = 1, num_axes: int = 1
) -> Value:
    """x + bias along the axes from `axis` on; the bias is a bottom or a blob"""
    given = blob0 if shift is None else shift
    if given is None:
        raise InputError("it has neither a second bottom nor a blob")
    start = axis_of(axis, bottom.type.rank)
    return Add()(bottom, _along(given, bottom, start, num_axes, is_blob=shift is None))


@CAFFE.imports("Axpy")
def axpy(scale: Value, x: Value, y: Value) -> Value:
    """scale · x + y, a scale for each picture and channel"""
    wide = scale if scale.type.rank == x.type.rank else trailing(scale, x.type.rank - scale.type.rank)
    return Add()(Multiply()(wide, x), y)


@CAFFE.imports("PowerFile")
def power_file(bottom: Value, shift: Value | None = None, *, shift_file: str = "") -> Value:
    """x plus the numbers that stand in a text file beside the net, one an element of a picture; zeros where it ends"""
    if not shift_file:
        return bottom
    dims = [int(dim) for dim in bottom.type.shape[1:] if isinstance(dim, int)]
    if shift is None or len(dims) != bottom.type.rank - 1 or math.prod(dims) > _MOST:
        raise UnsupportedError(f"the dims of {bottom.type} but the first must be fixed")
    given = required_array(shift, "the numbers of shift_file").reshape(-1)[: math.prod(dims)]
    whole = np.zeros(math.prod(dims), np.float32)
    whole[: given.size] = given
    return Add()(bottom, whole.reshape(1, *dims))


def _along(given: Value, bottom: Value, start: int, count: int, *, is_blob: bool) -> Value:
    """A scale or bias, shaped to broadcast. Blobs of old files have ones for axes that they do not have."""
    rank = bottom.type.rank
    axes = rank - start if count == -1 else count
    dims = bottom.type.shape[start : start + axes]
    if is_blob and given.constant is not None:
        elements = int(np.prod([dim for dim in dims if isinstance(dim, int)], dtype=object)) if dims else 1
        if all(isinstance(dim, int) for dim in dims) and given.constant.size == elements:
            given = bottom.graph.constant(given.constant.reshape([int(dim) for dim in dims if isinstance(dim, int)]))
    return from_axis(given, start, rank)
