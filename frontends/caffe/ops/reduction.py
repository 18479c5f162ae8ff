"""Sums and largest elements along axes."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.reduce import ReduceMean, ReduceSum
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.softmax import Softmax8
from dldt.compiler.ops.top_k import TopK
from dldt.compiler.types import DType
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.ops.shape import turned
from dldt.frontends.caffe.shaping import DimOf, axis_of, reshape


@CAFFE.imports("Softmax")
def softmax(bottom: Value, *, axis: int = 1) -> Value:
    """exp(x) / sum of exp(x) along an axis"""
    return Softmax8(axis_of(axis, bottom.type.rank))(bottom)


@CAFFE.imports("Reduction")
def reduction(bottom: Value, *, operation: str = "SUM", axis: int = 0, coeff: float = 1.0) -> Value:
    """The sum (of absolute values, of squares) or the mean over the axes from `axis` on, times a number"""
    axes = np.arange(axis_of(axis, bottom.type.rank), bottom.type.rank, dtype=np.int64)
    x = Abs()(bottom) if operation == "ASUM" else Multiply()(bottom, bottom) if operation == "SUMSQ" else bottom
    made = (ReduceMean if operation == "MEAN" else ReduceSum)()(x, axes)
    return made if coeff == 1 else Multiply()(made, np.array(coeff, np.float32))


@CAFFE.imports("ArgMax")
def arg_max(bottom: Value, *, out_max_val: bool = False, top_k: int = 1, axis: int | None = None) -> Value:
    """Where the `top_k` largest elements are along an axis, or what they are; without an axis both, of each picture"""
    if top_k < 1:
        raise InputError("top_k is 0; it must be at least 1")
    flat = reshape(bottom, [DimOf(0), -1]) if axis is None else bottom
    along = 1 if axis is None else axis_of(axis, bottom.type.rank)
    size = flat.type.shape[along]
    if not isinstance(size, int) or size >= 1 << 31:
        raise UnsupportedError(f"axis {along} of {flat.type} must be fixed, and shorter than 2**31")
    # Of equal elements Caffe takes the last one, TopK the first.
    found = TopK(along, "max", "value", DType.i32).all(turned(flat, along), np.array(top_k, np.int64))
    values, places = found[0], Convert(DType.f32)(Subtract()(np.array(size - 1, np.int32), found[1]))
    if axis is not None:
        return values if out_max_val else places
    dims: list[int | DimOf] = [DimOf(0), 1, top_k, *(1,) * (bottom.type.rank - 3)]  # never fewer than three
    rows = [reshape(each, dims) for each in ([places, values] if out_max_val else [places])]
    return rows[0] if len(rows) == 1 else Concat(1)(*rows)
