"""What descriptors do with frames of several tensors."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, FloorMod, Multiply, Subtract
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual, Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.slice import Slice
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.signature import Vector
from dldt.frontends.kaldi.framework import KALDI
from dldt.frontends.kaldi.ops.time import frames, numbers


@KALDI.imports("Append")
def append(*xs: Value) -> Value:
    """Frames side by side."""
    return Concat(1)(*xs) if len(xs) > 1 else xs[0]


@KALDI.imports("Sum")
def total(*xs: Value) -> Value:
    """x + y + …"""
    made = xs[0]
    for x in xs[1:]:
        made = Add()(made, x)
    return made


@KALDI.imports("Scale")
def scale(x: Value, *, value: float) -> Value:
    """x value"""
    return Multiply()(x, value)


@KALDI.imports("Const")
def const(*, value: float, width: int = 0, context: Context) -> Value:
    """One frame of one number."""
    return context.graph.constant(np.full((1, width), value, np.float32))


@KALDI.imports("ConstantComponent")
def constant_component(*, output: Vector, context: Context) -> Value:
    """The same frame at all times."""
    return context.graph.constant(np.ascontiguousarray(output.reshape(1, -1)))


@KALDI.imports("DimRange")
def dim_range(x: Value, *, start: int, size: int) -> Value:
    """Some numbers of each frame."""
    width = x.type.shape[-1]
    if start < 0 or size < 1 or not isinstance(width, int) or start + size > width:
        raise InputError(f"numbers {start} to {start + size - 1} are not all in frames of {width}")
    if size == width:
        return x
    begin, end = np.array([start], np.int64), np.array([start + size], np.int64)
    return Slice()(x, begin, end, np.array([1], np.int64), np.array([1], np.int64))


@KALDI.imports("Switch")
def switch(number: Value, *xs: Value) -> Value:
    """Of input ``number`` modulo how many there are, frame by frame."""
    made = xs[0]
    if len(xs) == 1:
        return made
    place = FloorMod()(number, float(len(xs)))
    for i, x in enumerate(xs[1:], 1):
        made = Select()(Equal()(place, float(i)), x, made)
    return made


@KALDI.imports("Failover")
def failover(*inputs: Value, before: int = 0, after: int = 0) -> Value:
    """The second of the last two inputs in the first ``before`` and the last ``after`` frames, and where the input
    before them is 0; else the first."""
    *valid, x, y = inputs
    if valid:
        return Select()(Greater()(valid[0], 0.5), x, y)
    if not before and not after:
        return x
    number = numbers(x, 0)
    last = Convert(DType.f32)(Subtract()(frames(x), np.array(after, np.int64)))
    there = LogicalAnd()(GreaterEqual()(number, float(before)), Less()(number, last))
    return Select()(there, x, y)
