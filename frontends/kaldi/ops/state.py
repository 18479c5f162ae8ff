"""What a streaming model keeps from call to call."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Subtract
from dldt.compiler.ops.comparison import Equal, GreaterEqual
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.state import Assign, ReadValue
from dldt.compiler.ops.top_k import CumSum
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.kaldi.framework import KALDI
from dldt.frontends.kaldi.ops.time import rows

_WRAP = float(1 << 23)
_BACK = 7207200.0
"""Frame numbers go back by a multiple of all numbers up to 16 before floats could not count on."""


@KALDI.imports("ReadState")
def read_state(*, variable: str, frames: int, width: int, context: Context) -> Value:
    """What the variable holds; zeros at first."""
    return ReadValue(variable)(context.graph.constant(np.zeros((frames, width), np.float32)))


@KALDI.imports("WriteState")
def write_state(x: Value, *, variable: str) -> Value:
    """The variable holds x in the next call."""
    return Assign(variable)(x)


@KALDI.imports("FirstFrames")
def first_frames(state: Value, x: Value, before: Value) -> Value:
    """The state; where no frame was taken before, the first frame of x as often."""
    return Select()(Equal()(before, 0.0), rows(x, 0, 1), state)


@KALDI.imports("Count")
def count(before: Value, *, frames: int, more: int) -> Value:
    """The number of each frame of a call, and ``more``."""
    return Add()(before, (np.arange(frames, dtype=np.float32) + float(more)).reshape(-1, 1))


@KALDI.imports("Advance")
def advance(before: Value, *, frames: int) -> Value:
    """The number of the first frame of the next call."""
    following = Add()(before, float(frames))
    return Select()(GreaterEqual()(following, _WRAP), Subtract()(following, _BACK), following)


@KALDI.imports("RunningCount")
def running_count(before: Value, ended: Value) -> Value:
    """How many frames up to each one lie behind the end."""
    return Add()(CumSum()(ended, np.array(0, np.int64)), before)


@KALDI.imports("FramesLeft")
def frames_left(behind: Value, *, last: int) -> Value:
    """How many frames behind the end may still follow."""
    return Subtract()(float(last), behind)


@KALDI.imports("Valid")
def valid(*counts: Value) -> Value:
    """1 where none of the inputs is negative, else 0."""
    inside = [GreaterEqual()(count, 0.0) for count in counts]
    both = inside[0] if len(inside) == 1 else LogicalAnd()(*inside)
    return Convert(DType.f32)(both)
