"""Sums and the like over axes, and what is found along one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops.arithmetic import Multiply, Subtract
from dldt.compiler.ops.logical import IsNaN
from dldt.compiler.ops.reduce import ReduceL1, ReduceL2, ReduceMax, ReduceMean, ReduceMin, ReduceProd, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.squeeze import Squeeze
from dldt.compiler.ops.top_k import CumSum, TopK
from dldt.compiler.types import DType
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.mxnet.element_types import element_type
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import axis_of, cast, ints, number, size

Axes = tuple[int, ...] | None
Reduction = Callable[[bool], Op]

REDUCTIONS: dict[str, Reduction] = {
    "sum": ReduceSum,
    "mean": ReduceMean,
    "prod": ReduceProd,
    "max": ReduceMax,
    "min": ReduceMin,
}
"""By their names."""


def reduced(data: Value, operation: Reduction, axis: Axes, keepdims: bool, *, scalars: bool) -> Value:
    """Over the axes, or all. ``scalars``: of all without `keepdims` a scalar comes; else a vector of one element."""
    axes = tuple(axis_of(each, data) for each in axis) if axis else tuple(range(data.type.rank))
    made = operation(keepdims)(data, ints(*axes))
    return made if scalars or made.type.rank else Reshape()(made, ints(1))


def _chosen(data: Value, axis: Axes, exclude: bool) -> Axes:
    if not exclude:
        return axis
    named = {axis_of(each, data) for each in axis or range(data.type.rank)}
    others = tuple(each for each in range(data.type.rank) if each not in named)
    if not others:
        raise UnsupportedError("a reduction that excludes all axes is not supported")
    return others


def _plain(function: Callable[[Value], Value], operation: Reduction) -> Callable[..., Value]:
    """An importer of a reduction of ``function`` of the data."""

    def importer(data: Value, *, axis: Axes = None, keepdims: bool = False, exclude: bool = False) -> Value:
        return reduced(function(data), operation, _chosen(data, axis, exclude), keepdims, scalars=False)

    return importer


def _without_nan(neutral: float) -> Callable[[Value], Value]:
    return lambda x: Select()(IsNaN()(x), number(neutral, x), x)


for _name, _operation in REDUCTIONS.items():
    MXNET.imports(_name)(_plain(lambda x: x, _operation))
MXNET.imports("nansum")(_plain(_without_nan(0), ReduceSum))
MXNET.imports("nanprod")(_plain(_without_nan(1), ReduceProd))


@MXNET.imports("norm")
def norm(
    data: Value, *, ord: int = 2, axis: Axes = None, out_dtype: str | None = None, keepdims: bool = False
) -> Value:
    """The sum of absolute values (`ord` 1), or the root of the sum of squares (2)."""
    if ord not in (1, 2):
        raise UnsupportedError(f"ord {ord} is not supported (1 and 2 are)")
    made = reduced(data, ReduceL1 if ord == 1 else ReduceL2, axis, keepdims, scalars=False)
    return made if out_dtype is None else cast(made, element_type(out_dtype))


@MXNET.imports("moments")
def moments(data: Value, *, axes: Axes = None, keepdims: bool = False) -> tuple[Value, Value]:
    """Mean and variance."""
    mean = reduced(data, ReduceMean, axes, True, scalars=True)
    centred = Subtract()(data, mean)
    variance = reduced(Multiply()(centred, centred), ReduceMean, axes, keepdims, scalars=False)
    return reduced(data, ReduceMean, axes, keepdims, scalars=False), variance


@MXNET.imports("argmax")
def argmax(data: Value, *, axis: int | None = None, keepdims: bool = False) -> Value:
    """Where the largest is, the first of several, as a number of f32."""
    return _place(data, "max", axis, keepdims)


@MXNET.imports("argmin")
def argmin(data: Value, *, axis: int | None = None, keepdims: bool = False) -> Value:
    """Where the smallest is."""
    return _place(data, "min", axis, keepdims)


@MXNET.imports("argmax_channel")
def argmax_channel(data: Value) -> Value:
    """Where the largest is along axis 1."""
    return _place(data, "max", 1, keepdims=False)


def _place(data: Value, mode: str, axis: int | None, keepdims: bool) -> Value:
    found = place(data, mode, axis, keepdims)
    return cast(found if found.type.rank else Reshape()(found, ints(1)), DType.f32)


def place(data: Value, mode: str, axis: int | None, keepdims: bool) -> Value:
    """Where the extreme is along an axis, or among all elements; an i64."""
    if axis is None and keepdims:
        raise UnsupportedError("keepdims=True without an axis is not supported")
    source = Reshape()(data, ints(-1)) if axis is None else data
    at = 0 if axis is None else axis_of(axis, data)
    _, found = TopK(at, mode, "value", DType.i64).all(source, np.array(1, np.int64))
    return found if keepdims else Squeeze()(found, ints(at))


@MXNET.imports("topk")
def topk(
    data: Value,
    *,
    axis: tuple[int | None, ...] = (-1,),
    k: int = 1,
    ret_typ: str = "indices",
    is_ascend: bool = False,
    dtype: str = "float32",
) -> Value | tuple[Value, ...]:
    """The k largest or smallest along an axis: their places, the elements, or both. All where k is 0."""
    one_of("ret_typ", ret_typ, ("indices", "value", "both"))
    values, places = _sorted(data, axis, is_ascend, k)
    numbers = cast(places, element_type(dtype))
    return (values, numbers) if ret_typ == "both" else values if ret_typ == "value" else numbers


@MXNET.imports("sort")
def sort(data: Value, *, axis: tuple[int | None, ...] = (-1,), is_ascend: bool = True) -> Value:
    """In order along an axis."""
    return _sorted(data, axis, is_ascend, 0)[0]


@MXNET.imports("argsort")
def argsort(
    data: Value, *, axis: tuple[int | None, ...] = (-1,), is_ascend: bool = True, dtype: str = "float32"
) -> Value:
    """The places of the elements, in the order of these."""
    return cast(_sorted(data, axis, is_ascend, 0)[1], element_type(dtype))


def _sorted(data: Value, axis: tuple[int | None, ...], ascending: bool, k: int) -> tuple[Value, Value]:
    if len(axis) != 1:
        raise InputError(f"axis is {list(axis)}, one is needed")
    given = axis[0]
    source = Reshape()(data, ints(-1)) if given is None else data
    at = 0 if given is None else axis_of(given, data)
    count = source.type.shape[at]
    if k < 1:
        wanted = np.array(count, np.int64) if isinstance(count, int) else Squeeze()(size(source, at), ints(0))
    else:
        wanted = np.array(min(k, count) if isinstance(count, int) else k, np.int64)
    values, places = TopK(at, "min" if ascending else "max", "value", DType.i64).all(source, wanted)
    return values, places


@MXNET.imports("_np_cumsum")
def np_cumsum(a: Value, *, axis: int | None = None, dtype: str | None = None) -> Value:
    """Running sums along an axis, or of all elements in one row."""
    source = Reshape()(a, ints(-1)) if axis is None else a
    at = 0 if axis is None else axis_of(axis, a)
    return CumSum()(source if dtype is None else cast(source, element_type(dtype)), np.array(at, np.int64))
