"""Rows of a table, weighted and summed by the coordinates of a sparse tensor."""

from __future__ import annotations

import math

import numpy as np

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply
from dldt.compiler.ops.comparison import Equal
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reduce import ReduceSum
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.unary import Sqrt
from dldt.compiler.types import DType
from dldt.frontends.engine.known import required_ints
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.tflite.framework import TFLITE


@TFLITE.imports("EMBEDDING_LOOKUP_SPARSE")
def embedding_lookup_sparse(
    ids: Value, indices: Value, dense_shape: Value, weights: Value, params: Value, *, combiner: str = "SUM"
) -> Value:
    """For each row of the sparse tensor the weighted sum of its ids' rows, or their mean; 0 where it has none."""
    shape = required_ints(dense_shape, "input 'dense_shape'")
    if indices.type.rank != 2:
        raise InputError(f"the coordinates are {indices.type}; a row for each element is needed")
    count, depth = indices.type.static_shape
    if len(shape) != depth or depth < 2 or min(shape) < 0 or combiner not in ("SUM", "MEAN", "SQRTN"):
        raise InputError(f"coordinates {indices.type} of a tensor of shape {list(shape)}, joined by {combiner}")
    outer = shape[:-1]
    total = math.prod(outer)
    budget().ask(4 * total)
    strides = [math.prod(outer[axis + 1 :]) for axis in range(len(outer))]
    ends = (np.array(x, np.int64) for x in ([0], [depth - 1], [1], [1]))
    rows = ReduceSum()(Multiply()(Slice()(indices, *ends), np.array(strides, np.int32)), np.array([1], np.int64))
    own = Convert(DType.f32)(Equal()(np.arange(total, dtype=np.int32)[:, None], reshaped(rows, (1, count))))
    share = Multiply()(own, reshaped(weights, (1, count)))
    table = reshaped(Gather()(params, ids, np.array(0, np.int64)), (count, -1))
    made = MatMul()(share, table)
    if combiner != "SUM":
        last = np.array([1], np.int64)
        squared = Multiply()(share, share)
        parts = Sqrt()(ReduceSum(True)(squared, last)) if combiner == "SQRTN" else ReduceSum(True)(share, last)
        none = Equal()(ReduceSum(True)(own, last), np.asarray(0, np.float32))
        made = Divide()(made, Add()(parts, Convert(DType.f32)(none)))
    return reshaped(made, (*outer, *params.type.static_shape[1:]))
