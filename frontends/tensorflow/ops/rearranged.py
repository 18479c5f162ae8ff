"""Elements in another order."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.reverse_sequence import ReverseSequence
from dldt.compiler.ops.roll import Roll
from dldt.compiler.ops.slice import Slice
from dldt.frontends.engine.known import required_array, required_ints
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import ints, normal_axis, wide


@TENSORFLOW.imports("ReverseV2")
def reverse_v2(tensor: Value, axis: Value) -> Value:
    """The elements along some axes from the last to the first."""
    return _reversed(tensor, [normal_axis(a, tensor.type.rank) for a in required_ints(axis, "the input 'axis'")])


@TENSORFLOW.imports("Reverse")
def reverse(tensor: Value, dims: Value) -> Value:
    """The same; a flag an axis."""
    return _reversed(tensor, np.flatnonzero(required_array(dims, "the input 'dims'")).tolist())


@TENSORFLOW.imports("ReverseSequence")
def reverse_sequence(input: Value, seq_lengths: Value, *, seq_dim: int, batch_dim: int = 0) -> Value:
    """Of each item of the batch the first elements from the last to the first."""
    rank = input.type.rank
    return ReverseSequence(normal_axis(batch_dim, rank), normal_axis(seq_dim, rank))(input, seq_lengths)


@TENSORFLOW.imports("Roll")
def roll(input: Value, shift: Value, axis: Value) -> Value:
    """What leaves at one end of an axis comes in at the other."""
    return Roll()(input, wide(shift), wide(axis))


def _reversed(x: Value, axes: list[int]) -> Value:
    if not axes:
        return x
    last, before = np.full(len(axes), -1, np.int64), np.full(len(axes), np.iinfo(np.int64).min, np.int64)
    return Slice()(x, last, before, last, ints(*axes))
