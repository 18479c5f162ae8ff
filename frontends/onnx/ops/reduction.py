"""Reductions, in their two forms: axes as an attribute, and axes as an input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
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
from dldt.frontends.engine.known import required_ints
from dldt.frontends.onnx.framework import ONNX

_Reduce = Callable[[Value, Array, bool], Value]


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


_TABLE: tuple[tuple[str, int, bool, _Reduce], ...] = (
    ("ReduceL1", 18, False, lambda x, axes, keep: ReduceL1(keep)(x, axes)),
    ("ReduceL2", 18, False, lambda x, axes, keep: ReduceL2(keep)(x, axes)),
    ("ReduceLogSum", 18, False, _log_sum),
    ("ReduceLogSumExp", 18, False, _log_sum_exp),
    ("ReduceMax", 18, True, _largest),
    ("ReduceMean", 18, True, lambda x, axes, keep: ReduceMean(keep)(x, axes)),
    ("ReduceMin", 18, True, _smallest),
    ("ReduceProd", 18, True, lambda x, axes, keep: ReduceProd(keep)(x, axes)),
    ("ReduceSum", 13, True, lambda x, axes, keep: ReduceSum(keep)(x, axes)),
    ("ReduceSumSquare", 18, False, _sum_square),
)
"""Operation, the version that made the axes an input, whether reducing over no axis is the identity, the reduction."""


def _with_attribute(reduction: _Reduce) -> Callable[..., Value]:
    def importer(data: Value, *, axes: tuple[int, ...] | None = None, keepdims: int = 1) -> Value:
        return reduction(data, _axes(data, axes or ()), bool(keepdims))

    return importer


def _with_input(reduction: _Reduce, neutral: bool) -> Callable[..., Value]:
    def importer(data: Value, axes: Value | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Value:
        given = () if axes is None else required_ints(axes, "the input 'axes'")
        if given or not noop_with_empty_axes:
            return reduction(data, _axes(data, given), bool(keepdims))
        if not neutral:
            raise UnsupportedError("noop_with_empty_axes without axes is not supported here: frameworks differ on it")
        return data

    return importer


for _name, _as_input, _neutral, _reduction in _TABLE:
    ONNX.imports(_name, since=1)(_with_attribute(_reduction))
    ONNX.imports(_name, since=_as_input)(_with_input(_reduction, _neutral))


def _axes(data: Value, axes: tuple[int, ...]) -> Array:
    """The axes, counted from the front; all for none. Raises InputError."""
    rank = data.type.rank
    normal = sorted(axis + rank if axis < 0 else axis for axis in axes or range(rank))
    if any(not 0 <= axis < rank for axis in normal) or len(set(normal)) != len(normal):
        raise InputError(f"axes {list(axes)} do not fit rank {rank}")
    return np.array(normal, np.int64)
