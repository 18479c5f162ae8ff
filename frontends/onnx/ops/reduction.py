"""Reductions, in their two forms: axes as an attribute, and axes as an input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.comparison import Equal
from dldt.compiler.ops.reduce import (
    ReduceL1,
    ReduceL2,
    ReduceLogicalAnd,
    ReduceLogicalOr,
    ReduceMax,
    ReduceMean,
    ReduceMin,
    ReduceProd,
    ReduceSum,
)
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.squeeze import Squeeze
from dldt.compiler.ops.unary import Exp, Log
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.known import known_array
from dldt.frontends.onnx.computed_axes import ComputedAxes
from dldt.frontends.onnx.framework import ONNX

_Reduce = Callable[[Value, Array, bool], Value]
_Before = Callable[[Value], Value]


def _itself(x: Value) -> Value:
    return x


def _square(x: Value) -> Value:
    return Multiply()(x, x)


def _sum_square(x: Value, axes: Array, keep: bool) -> Value:
    return ReduceSum(keep)(Multiply()(x, x), axes)


def _log_sum(x: Value, axes: Array, keep: bool) -> Value:
    return Log()(ReduceSum(keep)(x, axes))


def _log_sum_exp(x: Value, axes: Array, keep: bool) -> Value:
    largest = ReduceMax(True)(x, axes)
    # The difference of two infinities is no number: a row of them is not shifted.
    zero, infinite = (np.array(number, x.type.dtype.numpy) for number in (0, np.inf))
    largest = Select()(Equal()(Abs()(largest), infinite), zero, largest)
    total = Log()(ReduceSum(keep)(Exp()(Subtract()(x, largest)), axes))
    return Add()(total, largest if keep else Squeeze()(largest, axes))


def _largest(x: Value, axes: Array, keep: bool) -> Value:
    return (ReduceLogicalOr if x.type.dtype is DType.boolean else ReduceMax)(keep)(x, axes)


def _smallest(x: Value, axes: Array, keep: bool) -> Value:
    return (ReduceLogicalAnd if x.type.dtype is DType.boolean else ReduceMin)(keep)(x, axes)


_TABLE: tuple[tuple[str, int, _Before, _Reduce], ...] = (
    ("ReduceL1", 18, Abs(), lambda x, axes, keep: ReduceL1(keep)(x, axes)),
    ("ReduceL2", 18, Abs(), lambda x, axes, keep: ReduceL2(keep)(x, axes)),
    ("ReduceLogSum", 18, Log(), _log_sum),
    ("ReduceLogSumExp", 18, _itself, _log_sum_exp),
    ("ReduceMax", 18, _itself, _largest),
    ("ReduceMean", 18, _itself, lambda x, axes, keep: ReduceMean(keep)(x, axes)),
    ("ReduceMin", 18, _itself, _smallest),
    ("ReduceProd", 18, _itself, lambda x, axes, keep: ReduceProd(keep)(x, axes)),
    ("ReduceSum", 13, _itself, lambda x, axes, keep: ReduceSum(keep)(x, axes)),
    ("ReduceSumSquare", 18, _square, _sum_square),
)
"""Operation, the version that made the axes an input, what is left of it over no axis, the reduction."""


def _with_attribute(reduction: _Reduce) -> Callable[..., Value]:
    def importer(data: Value, *, axes: tuple[int, ...] | None = None, keepdims: int = 1) -> Value:
        return reduction(data, _axes(data, axes or ()), bool(keepdims))

    return importer


def _with_input(reduction: _Reduce, before: _Before) -> Callable[..., Value]:
    def importer(data: Value, axes: Value | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Value:
        if noop_with_empty_axes and (axes is None or axes.type.elements == 0):
            return before(data)
        if axes is None or axes.type.elements == 0:
            return reduction(data, _axes(data, ()), bool(keepdims))
        known = known_array(axes)
        if known is not None:
            return reduction(data, _axes(data, tuple(int(axis) for axis in known.ravel())), bool(keepdims))
        along = ComputedAxes(axes, data.type.rank, all_for_none=not noop_with_empty_axes)
        return along.reduced(data, lambda rows: reduction(rows, np.array([1]), False), keep=bool(keepdims))

    return importer


for _name, _as_input, _before, _reduction in _TABLE:
    ONNX.imports(_name, since=1)(_with_attribute(_reduction))
    ONNX.imports(_name, since=_as_input)(_with_input(_reduction, _before))


def _axes(data: Value, axes: tuple[int, ...]) -> Array:
    """The axes, counted from the front; all for none. Raises InputError."""
    rank = data.type.rank
    normal = sorted(axis + rank if axis < 0 else axis for axis in axes or range(rank))
    if any(not 0 <= axis < rank for axis in normal) or len(set(normal)) != len(normal):
        raise InputError(f"axes {list(axes)} do not fit rank {rank}")
    return np.array(normal, np.int64)
