"""Attention over several heads, in terms of plain operations: what the attention operations are built of."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.comparison import Greater, GreaterEqual, Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalAnd, LogicalNot
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.softmax import Softmax8
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.ops.unary import Tanh
from dldt.compiler.types import DType

_ZERO = np.array(0, np.int64)


@attrs.frozen
class Heads:
    """How the product of queries and keys becomes weights. ``scale``: None for 1 / sqrt(size of a head);
    ``softcap``: 0 for none."""

    count: int
    scale: float | None = None
    softcap: float = 0.0

    def attend(self, query: Value, key: Value, value: Value, added: Sequence[Value]) -> Value:
        """query [B,N,S,h], key [B,N,T,h], value [B,N,T,v] → [B,S,N*v]; ``added`` to the scores [B,N,S,T]."""
        head = query.type.shape[-1]
        if not isinstance(head, int):
            raise UnsupportedError(f"the size of a head must be fixed, the query is {query.type}")
        scores = Multiply()(MatMul(False, True)(query, key), 1 / float(np.sqrt(head)) if not self.scale else self.scale)
        if self.softcap:
            scores = Multiply()(Tanh()(Multiply()(scores, 1 / self.softcap)), self.softcap)
        for term in added:
            scores = Add()(scores, term)
        return merged(MatMul()(Softmax8(-1)(scores), value))


def split(x: Value, count: int) -> Value:
    """[B,S,N*h] → [B,N,S,h]"""
    width = x.type.shape[-1]
    if x.type.rank == 3 and not isinstance(width, int):
        raise UnsupportedError(f"the last dim of {x.type} must be fixed: it divides into {count} heads")
    if x.type.rank != 3 or not isinstance(width, int) or count < 1 or width % count:
        raise InputError(f"{x.type} does not divide into {count} heads")
    apart = Reshape(special_zero=True)(x, np.array([0, 0, count, width // count], np.int64))
    return Transpose()(apart, np.array([0, 2, 1, 3], np.int64))


def merged(x: Value) -> Value:
    """[B,N,S,h] → [B,S,N*h]"""
    heads, head = x.type.shape[1], x.type.shape[3]
    if not isinstance(heads, int) or not isinstance(head, int):
        raise UnsupportedError(f"the heads of {x.type} and their size must be fixed")
    turned = Transpose()(x, np.array([0, 2, 1, 3], np.int64))
    return Reshape(special_zero=True)(turned, np.array([0, 0, heads * head], np.int64))


def joined(past: Value | None, new: Value) -> Value:
    """[B,N,P,h] and [B,N,S,h] → [B,N,P+S,h]"""
    return new if past is None else Concat(2)(past, new)


def length(x: Value, axis: int) -> Value:
    """The size of an axis, as a number."""
    return Gather()(ShapeOf()(x), np.array(axis % x.type.rank, np.int64), _ZERO)


def numbers(count: Value) -> Value:
    """0, 1, … below ``count``."""
    return Range(DType.i64)(_ZERO, count, np.array(1, np.int64))


def later(query: Value, key: Value) -> Value:
    """Where a key stands behind its query, boolean [S,T]: the last query and the last key are at one place."""
    keys, queries = length(key, 2), length(query, 2)
    at = Add()(numbers(queries), Add()(keys, Multiply()(queries, np.array(-1, np.int64))))
    return Greater()(numbers(keys), Unsqueeze()(at, np.array([1], np.int64)))


def hidden(mask: Value, amount: float | None, dtype: DType) -> Value:
    """``amount`` where a boolean mask is true, else 0; None is the least number that there is."""
    if amount is None:
        amount = -65504.0 if dtype is DType.f16 else float(np.finfo(np.float32).min)
    return Select()(mask, np.asarray(amount, dtype.numpy), np.asarray(0, dtype.numpy))


def beyond(lengths: Value, key: Value) -> Value:
    """Where keys stand at or behind the lengths [B]: boolean [B,1,1,T]."""
    return GreaterEqual()(numbers(length(key, 2)), _per_batch(lengths))


def outside(ends: Value, starts: Value, key: Value) -> Value:
    """Where keys do not stand between starts and ends [B]: boolean [B,1,1,T]."""
    places = numbers(length(key, 2))
    return LogicalNot()(LogicalAnd()(GreaterEqual()(places, _per_batch(starts)), Less()(places, _per_batch(ends))))


def _per_batch(x: Value) -> Value:
    return Unsqueeze()(Convert(DType.i64)(x), np.array([1, 2, 3], np.int64))
