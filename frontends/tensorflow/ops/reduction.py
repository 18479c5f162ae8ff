"""Reductions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Multiply
from dldt.compiler.ops.reduce import (
    ReduceL2,
    ReduceLogicalAnd,
    ReduceLogicalOr,
    ReduceMax,
    ReduceMean,
    ReduceMin,
    ReduceProd,
    ReduceSum,
)
from dldt.compiler.types import Array
from dldt.frontends.engine.known import required_ints
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.named import named
from dldt.frontends.tensorflow.numbers import ints, like, normal_axis

_TABLE: tuple[tuple[str, Any], ...] = (
    ("All", ReduceLogicalAnd),
    ("Any", ReduceLogicalOr),
    ("EuclideanNorm", ReduceL2),
    ("Max", ReduceMax),
    ("Mean", ReduceMean),
    ("Min", ReduceMin),
    ("Prod", ReduceProd),
    ("Sum", ReduceSum),
)


def reduction_axes(x: Value, axes: Value) -> Array:
    """The axes, counted from the front and in order. Raises InputError, UnsupportedError."""
    rank = x.type.rank
    found = sorted(normal_axis(axis, rank) for axis in required_ints(axes, "the input 'reduction_indices'"))
    if len(set(found)) != len(found):
        raise InputError(f"the axes {found} are not distinct")
    return ints(*found)


def _reduction(kind: Any) -> Callable[..., Value]:
    def reduce(x: Value, axes: Value, *, keep_dims: bool) -> Value:
        along = reduction_axes(x, axes)
        made: Value = kind(keep_dims)(x, along) if along.size or kind is ReduceL2 else x
        return made

    return reduce


for _name, _kind in _TABLE:
    TENSORFLOW.imports(_name)(named(_reduction(_kind), "input reduction_indices", keep_dims=(bool, False)))


@TENSORFLOW.imports("L2Loss")
def l2_loss(t: Value) -> Value:
    """Half the sum of squares."""
    total = ReduceSum()(Multiply()(t, t), np.arange(t.type.rank, dtype=np.int64))
    return Multiply()(total, like(t, 0.5))
