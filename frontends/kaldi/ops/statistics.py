"""Means and standard deviations over time."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.reduce import ReduceSum
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.unary import Log
from dldt.compiler.types import DType
from dldt.frontends.kaldi.framework import KALDI
from dldt.frontends.kaldi.ops.gates import parts
from dldt.frontends.kaldi.ops.joining import dim_range
from dldt.frontends.kaldi.ops.normalization import spread
from dldt.frontends.kaldi.ops.time import frames


@KALDI.imports("SentenceMean")
def sentence_mean(x: Value, *, shrinkage: float = 0.0, only_summing: bool = False) -> Value:
    """The sum of all frames, by their number and ``shrinkage``, or as it is: one frame."""
    total: Value = ReduceSum(True)(x, np.array([0], np.int64))
    if only_summing:
        return total
    count = Add()(Convert(DType.f32)(frames(x)), shrinkage)
    made: Value = Divide()(total, count)
    return made


@KALDI.imports("StatisticsExtractionComponent")
def statistics_extraction(x: Value, *, include_variance: bool = True) -> Value:
    """1, x and x², side by side."""
    one = Broadcast()(np.ones((1, 1), np.float32), ShapeOf()(dim_range(x, start=0, size=1)))
    return Concat(1)(one, x, *([Multiply()(x, x)] if include_variance else []))


@KALDI.imports("StatisticsPoolingComponent")
def statistics_pooling(
    x: Value, *, num_log_count_features: int = 0, output_stddevs: bool = True, variance_floor: float = 1e-10
) -> Value:
    """Of a count, sums and sums of squares: logarithms of the count, the mean, the standard deviation."""
    width = int(x.type.shape[-1])
    count, sums = parts(x, 1, width - 1)
    made = Divide()(sums, count)
    logs = [Log()(count)] * num_log_count_features
    if not output_stddevs:
        return Concat(1)(*logs, made) if logs else made
    mean, squares = parts(made, (width - 1) // 2, (width - 1) // 2)
    return Concat(1)(*logs, mean, spread(squares, mean, variance_floor))
