"""Chosen numbers of a frame, and sums of some."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Multiply
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reduce import ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.split import Split
from dldt.frontends.kaldi.framework import KALDI
from dldt.frontends.kaldi.ops.gates import parts


def _columns(x: Value, columns: tuple[int, ...]) -> Value:
    width = x.type.shape[-1]
    if not isinstance(width, int) or not columns or not 0 <= min(columns) <= max(columns) < width:
        raise InputError(f"a column is asked for that frames of {width} numbers do not have")
    return Gather()(x, np.array(columns, np.int64), np.array(1, np.int64))


@KALDI.imports("PermuteComponent")
def permute(x: Value, *, column_map: tuple[int, ...] = (), reorder: tuple[int, ...] = ()) -> Value:
    """y[i] = x[column_map[i]] (nnet3), or y[reorder[i]] = x[i] (nnet2)"""
    if column_map:
        return _columns(x, column_map)
    if sorted(reorder) != list(range(len(reorder))):
        raise InputError("the order of a PermuteComponent is no permutation")
    return _columns(x, tuple(int(i) for i in np.argsort(reorder)))


@KALDI.imports("Copy")
def copy(x: Value, *, columns: tuple[int, ...]) -> Value:
    """y[i] = x[columns[i]]"""
    return _columns(x, columns)


@KALDI.imports("SumGroupComponent")
def sum_group(x: Value, *, sizes: tuple[int, ...]) -> Value:
    """The sum of each group of numbers, one after the other."""
    axis = np.array([1], np.int64)
    return Concat(1)(*(ReduceSum(True)(part, axis) for part in parts(x, *sizes)))


@KALDI.imports("SumBlockComponent")
def sum_block(x: Value, *, input_dim: int, output_dim: int, scale: float = 1.0) -> Value:
    """scale times the sum of all blocks of ``output_dim`` numbers"""
    blocks = Reshape(True)(x, np.array([0, -1, output_dim], np.int64))
    made = ReduceSum(False)(blocks, np.array([1], np.int64))
    return made if scale == 1.0 else Multiply()(made, scale)


@KALDI.imports("ElementwiseProductComponent")
def elementwise_product(x: Value, *, input_dim: int, output_dim: int) -> Value:
    """The product of all blocks of ``output_dim`` numbers"""
    if output_dim < 1 or input_dim % output_dim:
        raise InputError(f"blocks of {output_dim} numbers do not make frames of {input_dim}")
    first, *rest = Split(input_dim // output_dim).all(x, np.array(1, np.int64))
    for part in rest:
        first = Multiply()(first, part)
    return first
