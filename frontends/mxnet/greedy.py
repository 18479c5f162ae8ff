"""Of boxes that overlap, those that stand first: a loop over the boxes, in their order."""

from __future__ import annotations

from typing import Any

import numpy as np

from dldt.compiler.graph import Graph, Value
from dldt.compiler.op import Op
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Minimum, Multiply, Subtract
from dldt.compiler.ops.body_ports import BodyOutput, InvariantInput, MergedInput
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual, Less
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalAnd, LogicalNot
from dldt.compiler.ops.loop import Loop
from dldt.compiler.ops.reduce import ReduceMax, ReduceSum
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.types import DType, TensorType
from dldt.frontends.mxnet.literal import ints, number, size

_ZERO = np.array(0, np.int64)
_ONE = np.array(1, np.int64)


def side(boxes: Value, position: int) -> Value:
    """One number of each box."""
    return Gather()(boxes, np.array(position, np.int64), np.array(boxes.type.rank - 1, np.int64))


def kept_first(boxes: Value, classes: Value | None, alive: Value, least: float, *, equal: bool) -> Value:
    """Which of the boxes [B, K, 4], given by their corners, stay: those of ``alive`` [B, K] that overlap none that
    stays before them by more than ``least`` (by as much, where ``equal``). Only boxes of one class [B, K] go for each
    other, where classes are given."""
    graph = boxes.graph
    count = ReduceMax(False)(ReduceSum(False)(Convert(DType.i64)(alive), ints(1)), ints(0))
    sides = [side(boxes, position) for position in range(4)]
    parts = [alive, *sides, _area(sides), *([] if classes is None else [classes])]
    places = Unsqueeze()(Range(DType.i64)(graph.constant(_ZERO), Squeeze()(size(boxes, 1), ints(0)), _ONE), ints(0))
    body = Graph("greedy")
    turn = body.parameter("turn", TensorType(DType.i64, ()))
    inner = [body.parameter(f"part{i}", value.type) for i, value in enumerate([*parts, places])]
    kept = _turn(turn, inner, least, Greater() if not equal else GreaterEqual())
    body.result(body.constant(np.array(True)), "go_on")
    body.result(kept, "kept")
    ports = [MergedInput(2, 1, 1), *(InvariantInput(2 + i, 1 + i) for i in range(1, len(inner)))]
    build: Any = Loop
    loop = build(body, tuple(ports), (BodyOutput(1),), condition_result=0, iteration_parameter=0)
    found: Value = loop(count, graph.constant(np.array(True)), *parts, places)
    return found


def _turn(turn: Value, inner: list[Value], least: float, beyond: Op) -> Value:
    """What stays behind a turn, in which one box is looked at."""
    alive, left, top, right, bottom, area, *classes, places = inner
    own = [_picked(value, turn) for value in (alive, left, top, right, bottom, area, *classes)]
    zero = number(0, left)
    wide = Maximum()(Subtract()(Minimum()(right, own[3]), Maximum()(left, own[1])), zero)
    high = Maximum()(Subtract()(Minimum()(bottom, own[4]), Maximum()(top, own[2])), zero)
    shared = Multiply()(wide, high)
    union = Subtract()(Add()(area, own[5]), shared)
    positive = Greater()(union, zero)
    overlap = Select()(positive, Divide()(shared, Select()(positive, union, number(1, left))), zero)
    goes = LogicalAnd()(beyond(overlap, number(least, left)), own[0])
    if classes:
        goes = LogicalAnd()(goes, Equal()(classes[0], own[6]))
    goes = LogicalAnd()(goes, Less()(turn, places))
    return LogicalAnd()(alive, LogicalNot()(goes))


def _picked(value: Value, turn: Value) -> Value:
    return Gather()(value, Unsqueeze()(turn, ints(0)), _ONE)


def _area(sides: list[Value]) -> Value:
    zero = number(0, sides[0])
    wide, high = (Maximum()(Subtract()(sides[i + 2], sides[i]), zero) for i in (0, 1))
    return Multiply()(wide, high)
