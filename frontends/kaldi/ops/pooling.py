"""The largest, the mean or the norm of groups of numbers."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Maximum, Multiply, Power
from dldt.compiler.ops.pooling import AvgPool, MaxPool
from dldt.compiler.ops.reduce import ReduceMax, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.ops.unary import Sqrt
from dldt.frontends.kaldi.framework import KALDI


def _groups(x: Value, count: int) -> Value:
    """[T,count,rest]"""
    width = x.type.shape[-1]
    if not isinstance(width, int) or count < 1 or width % count:
        raise InputError(f"{count} groups do not make frames of {width} numbers")
    return Reshape(True)(x, np.array([0, count, width // count], np.int64))


@KALDI.imports("PnormComponent")
def pnorm(x: Value, *, input_dim: int, output_dim: int, p: float = 2.0) -> Value:
    """(sum of |x| ** p) ** (1 / p) of each group of neighbours."""
    groups = _groups(x, output_dim)
    if p <= 0:
        raise InputError(f"there is no norm with p = {p}")
    if p != 2.0:
        return Power()(ReduceSum(False)(Power()(Abs()(groups), p), np.array([2], np.int64)), 1 / p)
    return Sqrt()(ReduceSum(False)(Multiply()(groups, groups), np.array([2], np.int64)))


@KALDI.imports("SpliceMaxComponent")
def splice_max(*frames: Value) -> Value:
    """The largest of each number over frames of several times."""
    made = frames[0]
    for frame in frames[1:]:
        made = Maximum()(made, frame)
    return made


@KALDI.imports("MaxoutComponent")
def maxout(x: Value, *, input_dim: int, output_dim: int) -> Value:
    """The largest number of each group of neighbours."""
    return ReduceMax(False)(_groups(x, output_dim), np.array([2], np.int64))


@KALDI.imports("MaxpoolingComponent")
def maxpooling(
    x: Value,
    *,
    input_dim: int = 0,
    output_dim: int = 0,
    pool_size: int = 0,
    pool_stride: int = 0,
    input_x_dim: int = 0,
    input_y_dim: int = 0,
    input_z_dim: int = 0,
    pool_x_size: int = 0,
    pool_y_size: int = 0,
    pool_z_size: int = 0,
    pool_x_step: int = 0,
    pool_y_step: int = 0,
    pool_z_step: int = 0,
) -> Value:
    """nnet3: the largest in windows of an image of x × y × z, z changing fastest; nnet2: of ``pool_size`` patches of
    ``pool_stride`` numbers."""
    if pool_size:
        return _pooled(x, pool_stride, pool_size, pool_size, largest=True)
    sizes, steps = (pool_x_size, pool_y_size, pool_z_size), (pool_x_step, pool_y_step, pool_z_step)
    dims = (input_x_dim, input_y_dim, input_z_dim)
    if min(*sizes, *steps, *dims) < 1 or any(size > dim for size, dim in zip(sizes, dims, strict=True)):
        raise InputError(f"windows of {list(sizes)} do not fit an image of {list(dims)}")
    image = Reshape()(x, np.array([-1, 1, *dims], np.int64))
    made = MaxPool(steps, (0, 0, 0), (0, 0, 0), sizes)(image)
    count = int(np.prod([1 + (dim - size) // step for dim, size, step in zip(dims, sizes, steps, strict=True)]))
    return Reshape()(made, np.array([-1, count], np.int64))


@KALDI.imports("MaxPoolingComponent")
def max_pooling(x: Value, *, pool_size: int, pool_step: int, pool_stride: int) -> Value:
    """nnet1: the largest of ``pool_size`` patches of ``pool_stride`` numbers."""
    return _pooled(x, pool_stride, pool_size, pool_step, largest=True)


@KALDI.imports("AveragePoolingComponent")
def average_pooling(x: Value, *, pool_size: int, pool_step: int, pool_stride: int) -> Value:
    """nnet1: the mean of ``pool_size`` patches of ``pool_stride`` numbers."""
    return _pooled(x, pool_stride, pool_size, pool_step, largest=False)


def _pooled(x: Value, stride: int, size: int, step: int, largest: bool) -> Value:
    width = x.type.shape[-1]
    if not isinstance(width, int) or min(stride, size, step) < 1 or width // stride < size:
        raise InputError(f"windows of {size} patches of {stride} numbers do not fit frames of {width}")
    patches = Reshape()(x, np.array([-1, width // stride, stride], np.int64))
    rows = Transpose()(patches, np.array([0, 2, 1], np.int64))
    window = ((step,), (0,), (0,), (size,))
    made = MaxPool(*window)(rows) if largest else AvgPool(*window, exclude_pad=True)(rows)
    count = 1 + (width // stride - size) // step
    return Reshape()(Transpose()(made, np.array([0, 2, 1], np.int64)), np.array([-1, count * stride], np.int64))
