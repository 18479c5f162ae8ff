"""Tensors whose channels come last, as TensorFlow has them, and the operation set's, whose channels are axis 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.traits import Trait

_FARTHEST = 24


def channels_first(x: Value) -> Value:
    """[N, spatial …, C] → [N, C, spatial …]"""
    rank = x.type.rank
    return transposed(x, (0, rank - 1, *range(1, rank - 1)))


def channels_last(x: Value) -> Value:
    """[N, C, spatial …] → [N, spatial …, C]"""
    rank = x.type.rank
    return transposed(x, (0, *range(2, rank), 1))


def transposed(x: Value, order: Sequence[int]) -> Value:
    """``x`` with its axes in this order. It is taken before what works element by element with single numbers, as a
    quantisation does: bytes move, and what was transposed the other way is found."""
    chain: list[Value] = []
    source = x
    while len(chain) < _FARTHEST and _is_elementwise(source):
        chain.append(source)
        first = source.inputs[0]
        assert first is not None
        source = first
    made = _reordered(source, tuple(order))
    if made is None:
        if not chain or source.constant is not None:
            return Transpose()(x, np.array(order, np.int64))
        made = Transpose()(source, np.array(order, np.int64))
    for value in reversed(chain):
        made = value.op(made, *value.inputs[1:])
    return made


def _is_elementwise(value: Value) -> bool:
    """Whether it is one tensor, of its own shape, joined with constants of one element."""
    if not value.op.has(Trait.ELEMENTWISE) or not value.inputs or len(value.node.outputs) != 1:
        return False
    first, others = value.inputs[0], value.inputs[1:]
    if first is None or first.type.shape != value.type.shape:
        return False
    return all(v is not None and v.constant is not None and v.constant.size == 1 and v.type.rank <= 1 for v in others)


def _reordered(source: Value, order: tuple[int, ...]) -> Value | None:
    """A transposed tensor, transposed once; None where it is none."""
    if not isinstance(source.op, Transpose):
        return None
    first, before = source.inputs
    if first is None or before is None or before.constant is None:
        return None
    joined = tuple(int(before.constant.ravel()[axis]) for axis in order)
    return first if joined == tuple(range(len(order))) else Transpose()(first, np.array(joined, np.int64))
