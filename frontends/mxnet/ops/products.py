"""Products of matrices, and the attention that is made of them."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Divide
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.transpose import Transpose
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import ints, number
from dldt.frontends.mxnet.new_shape import Entry, dims, reshaped_to, times


@MXNET.imports("dot")
def dot(lhs: Value, rhs: Value, *, transpose_a: bool = False, transpose_b: bool = False) -> Value:
    """Over the last axis of lhs and the first of rhs; transposed, over the first of lhs and the last of rhs."""
    if not lhs.type.rank or not rhs.type.rank:
        raise ShapeError(f"lhs {lhs.type} and rhs {rhs.type} must have axes")
    left, right = _matrix(lhs, first=transpose_a), _matrix(rhs, first=not transpose_b)
    made = MatMul(transpose_a, transpose_b)(left, right)
    own = dims(lhs)[1:] if transpose_a else dims(lhs)[:-1]
    other = dims(rhs)[:-1] if transpose_b else dims(rhs)[1:]
    shape: list[Entry] = [*own, *other]
    return made if len(own) == len(other) == 1 else reshaped_to(made, shape or [1])


def _matrix(x: Value, *, first: bool) -> Value:
    """``x`` as a matrix of which the first or the last axis is one of its own."""
    if x.type.rank == 2:
        return x
    shape = dims(x)
    return reshaped_to(x, [shape[0], -1] if first else [-1, shape[-1]]) if x.type.rank > 2 else _vector(x, first=first)


def _vector(x: Value, *, first: bool) -> Value:
    return Reshape()(x, ints(-1, 1) if first else ints(1, -1))


@MXNET.imports("batch_dot")
def batch_dot(lhs: Value, rhs: Value, *, transpose_a: bool = False, transpose_b: bool = False) -> Value:
    """The product of matrices, for each of a batch."""
    return MatMul(transpose_a, transpose_b)(lhs, rhs)


@MXNET.imports("_contrib_interleaved_matmul_selfatt_qk")
def interleaved_matmul_selfatt_qk(queries_keys_values: Value, *, heads: int) -> Value:
    """Queries · keys / sqrt(width of a head) [N · heads, T, T], of [T, N, heads · (query, key, value)]."""
    query, key = _part(queries_keys_values, heads, 3, 0), _part(queries_keys_values, heads, 3, 1)
    return MatMul(transpose_b=True)(_scaled(query), key)


@MXNET.imports("_contrib_interleaved_matmul_selfatt_valatt")
def interleaved_matmul_selfatt_valatt(queries_keys_values: Value, attention: Value, *, heads: int) -> Value:
    """Attention · values, as [T, N, heads · width]."""
    return _joined(MatMul()(attention, _part(queries_keys_values, heads, 3, 2)), heads)


@MXNET.imports("_contrib_interleaved_matmul_encdec_qk")
def interleaved_matmul_encdec_qk(queries: Value, keys_values: Value, *, heads: int) -> Value:
    """Queries [Q, N, heads · width] · keys / sqrt(width) of [K, N, heads · (key, value)]: [N · heads, Q, K]."""
    return MatMul(transpose_b=True)(_scaled(_part(queries, heads, 1, 0)), _part(keys_values, heads, 2, 0))


@MXNET.imports("_contrib_interleaved_matmul_encdec_valatt")
def interleaved_matmul_encdec_valatt(keys_values: Value, attention: Value, *, heads: int) -> Value:
    """Attention · values, as [Q, N, heads · width]."""
    return _joined(MatMul()(attention, _part(keys_values, heads, 2, 1)), heads)


def _part(x: Value, heads: int, parts: int, which: int) -> Value:
    """[T, N, heads · parts · width] → one of the parts, as [N · heads, T, width]."""
    width = x.type.shape[-1]
    if x.type.rank != 3 or not isinstance(width, int) or heads < 1 or width % (heads * parts):
        raise InputError(f"the last of three dims must be fixed and divide into {heads} heads of {parts}, not {x.type}")
    time, batch, _ = dims(x)
    apart = Reshape(special_zero=True)(x, ints(0, 0, heads, parts, -1))
    picked = Gather()(apart, np.array(which, np.int64), np.array(3, np.int64))
    moved = Transpose()(picked, ints(1, 2, 0, 3))
    return reshaped_to(moved, [times(batch, heads), time, width // heads // parts])


def _scaled(query: Value) -> Value:
    width = query.type.shape[-1]
    assert isinstance(width, int)
    return Divide()(query, number(float(np.sqrt(np.float32(width))), query))


def _joined(x: Value, heads: int) -> Value:
    """[N · heads, T, width] → [T, N, heads · width]"""
    width = x.type.shape[-1]
    if not isinstance(width, int):
        raise InputError(f"the width of a head must be fixed, the values are {x.type}")
    _, time, _ = dims(x)
    apart = reshaped_to(x, [-1, heads, time, width])
    return Reshape(special_zero=True)(Transpose()(apart, ints(2, 0, 1, 3)), ints(0, 0, heads * width))
