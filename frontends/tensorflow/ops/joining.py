"""Tensors joined."""

from __future__ import annotations

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.shown import shown
from dldt.frontends.engine.known import required_int
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import ints, normal_axis


@TENSORFLOW.imports("Concat")
def concat(concat_dim: Value, *values: Value) -> Value:
    """The values one after the other along an axis."""
    return _joined(values, concat_dim, "concat_dim")


@TENSORFLOW.imports("ConcatV2")
def concat_v2(*values_and_axis: Value) -> Value:
    """The values one after the other along an axis, which is the last input."""
    return _joined(values_and_axis[:-1], values_and_axis[-1], "axis")


@TENSORFLOW.imports("ParallelConcat")
def parallel_concat(*values: Value, shape: tuple[int | None, ...] | None = None) -> Value:
    """The values one after the other along the first axis."""
    return Concat(0)(*values)


@TENSORFLOW.imports("Pack")
def pack(*values: Value, axis: int = 0) -> Value:
    """The values as slices along a new axis."""
    at = normal_axis(axis, values[0].type.rank + 1)
    slices = [Unsqueeze()(value, ints(at)) for value in values]
    return slices[0] if len(slices) == 1 else Concat(at)(*slices)


def _joined(values: tuple[Value, ...], axis: Value, what: str) -> Value:
    if not values:
        raise InputError("there is nothing to join")
    at = normal_axis(required_int(axis, f"the input {shown(what)}"), values[0].type.rank)
    return values[0] if len(values) == 1 else Concat(at)(*values)
