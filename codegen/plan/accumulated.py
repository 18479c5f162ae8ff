"""A value that every turn of a loop adds something to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dldt.compiler import ops
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.body_ports import BodyOutput, InvariantInput, MergedInput
from dldt.compiler.types import DType, TensorType


def accumulated(
    turns: Value,
    start: Value,
    given: Sequence[Value],
    step: Callable[[Value, Value, Sequence[Value]], Value],
    name: str,
) -> Value:
    """``start``, ``turns`` times replaced by what ``step`` makes of the number of the turn, of the value so far, and of
    the values ``given``."""
    body = Graph(name)
    turn = body.parameter("turn", TensorType(DType.i64, ()))
    total = body.parameter("total", TensorType(start.type.dtype, start.type.shape))
    inner = [body.parameter(f"given{k}", TensorType(v.type.dtype, v.type.shape)) for k, v in enumerate(given)]
    body.result(body.constant(np.array(True)), "more")
    body.result(step(turn, total, inner), "result")
    ports = (MergedInput(2, 1, 1), *(InvariantInput(3 + k, 2 + k) for k in range(len(given))))
    build: Any = ops.Loop
    op = build(body, ports, (BodyOutput(1),), condition_result=0, iteration_parameter=0)
    made: Value = op(turns, start.graph.constant(np.array(True)), start, *given)
    return made
