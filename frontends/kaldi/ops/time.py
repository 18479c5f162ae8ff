"""Frames of other times: the first dim of every tensor is time."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, FloorMod, Subtract
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual, LessEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.kaldi.framework import KALDI

_LAST = np.iinfo(np.int64).max


def rows(x: Value, start: int, stop: int | None) -> Value:
    """x[start:stop]"""
    end = _LAST if stop is None else stop
    one, first = np.array([1], np.int64), np.array([0], np.int64)
    return Slice()(x, np.array([start], np.int64), np.array([end], np.int64), one, first)


def frames(x: Value) -> Value:
    """How many frames there are, as a number without dims."""
    return Gather()(ShapeOf()(x), np.array(0, np.int64), np.array(0, np.int64))


def numbers(x: Value, first: int, more: int = 0) -> Value:
    """first, first + 1, … one for each frame of ``x``, and ``more``: f32 [T,1]"""
    count = frames(x)
    if more:
        count = Add()(count, np.array(more, np.int64))
    stop = Add()(count, np.array(first, np.int64)) if first else count
    made = Range(DType.i64)(np.array(first, np.int64), stop, np.array(1, np.int64))
    return Unsqueeze()(Convert(DType.f32)(made), np.array([1], np.int64))


@KALDI.imports("Frames")
def frames_of(x: Value, *, before: int = 0, after: int = 0, skip: int = 0, drop: int = 0, fill: str = "zero") -> Value:
    """x with frames added before and after, of zeros or like its first and last ones, then without some."""
    if before or after:
        mode = "edge" if fill == "repeat" else "constant"
        begins, ends = np.array([before, 0], np.int64), np.array([after, 0], np.int64)
        x = Pad(mode)(x, begins, ends, *([0.0] if fill == "zero" else []))
    return rows(x, skip, -drop if drop else None) if skip or drop else x


@KALDI.imports("EveryNth")
def every_nth(x: Value, *, step: int) -> Value:
    """Frames 0, step, 2 step, …"""
    first, end = np.array([0], np.int64), np.array([_LAST], np.int64)
    return Slice()(x, first, end, np.array([step], np.int64), first)


@KALDI.imports("Rows")
def joined_rows(first: Value, second: Value) -> Value:
    """The frames of the second behind those of the first."""
    return Concat(0)(first, second)


@KALDI.imports("Spread")
def spread_rows(x: Value, like: Value) -> Value:
    """One frame, as often as there are frames of ``like``."""
    width = np.array([x.type.shape[1]], np.int64)
    count = Unsqueeze()(frames(like), np.array([0], np.int64))
    return Broadcast()(x, Concat(0)(count, width))


@KALDI.imports("FrameNumbers")
def frame_numbers(x: Value, *, first: int) -> Value:
    """The number of each frame, from ``first`` on."""
    return numbers(x, first)


@KALDI.imports("Zeros")
def zeros(*, frames: int, width: int, context: Context) -> Value:
    """Frames of zeros."""
    return context.graph.constant(np.zeros((frames, width), np.float32))


@KALDI.imports("WindowSum")
def window_sum(x: Value, *, first: int, last: int, step: int, late: int, more: int) -> Value:
    """For each frame t the sum of the frames t + first, t + first + step, … t + last of x, those that there are.

    Frame 0 of x is frame ``late`` of the result, which has ``more`` frames more. The product with a matrix of ones and
    zeros adds in one rounding each what a running sum would add and take away again.
    """
    own = numbers(x, 0, more)
    from_first = Subtract()(Transpose()(numbers(x, late), np.array([1, 0], np.int64)), Add()(own, float(first)))
    inside = LogicalAnd()(GreaterEqual()(from_first, 0.0), LessEqual()(from_first, float(last - first)))
    if step > 1:
        inside = LogicalAnd()(inside, Equal()(FloorMod()(from_first, float(step)), 0.0))
    return MatMul()(Convert(DType.f32)(inside), x)


@KALDI.imports("Guard")
def guard(x: Value, valid: Value) -> Value:
    """x where there is such a frame, else zeros, whatever x has there."""
    return Select()(Greater()(valid, 0.5), x, np.zeros((1, 1), np.float32))
