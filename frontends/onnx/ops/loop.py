"""Loop and Scan: bodies that run again and again."""
# ruff: noqa: N803 - parameters carry the names of the ONNX schema

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from dldt.compiler.dims import minimum_of
from dldt.compiler.errors import InputError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.arithmetic import Maximum
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, InputPort, InvariantInput, MergedInput, OutputPort
from dldt.compiler.ops.loop import Loop
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.types import DType, TensorType
from dldt.frontends.engine.context import Context, MakeInput
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.onnx.framework import ONNX

Made: TypeAlias = tuple[Repetition, tuple[Value, ...]]
"""The operation, and the captured values that are its last inputs."""


@ONNX.imports("Loop", since=1)
def loop_1(
    M: Value | None = None,
    cond: Value | None = None,
    *v_initial: Value,
    body: GraphRecord,
    context: Context,
) -> tuple[Value, ...]:
    """The carried values as the last turn leaves them, then what each turn adds to the scan outputs."""
    carried = len(v_initial)
    if len(body.inputs) != carried + 2:
        raise InputError(f"the body of Loop takes {len(body.inputs)} inputs, {carried + 2} are given to it")
    if len(body.outputs) < max(carried + 1, context.outputs + 1):
        raise InputError(f"the body of Loop has {len(body.outputs)} outputs, {context.outputs + 1} are needed")
    outer = (_trip_count(M, context.graph), _condition(cond, context.graph), *v_initial)
    types = [TensorType(v.type.dtype, v.type.shape) for v in v_initial]
    op, captures = settled(partial(_loop, body, context), types)
    return op.all(*outer, *captures)


def settled(make: Callable[[Sequence[TensorType]], Made], types: Sequence[TensorType]) -> Made:
    """What ``make`` makes of the types of the carried values. Where these have other dims behind a turn than before it,
    the body is imported once more: an importer may decide by the shapes that it sees."""
    while True:
        op, captures = make(types)
        first = {port.parameter: t for port, t in zip(op.carried, types, strict=True)}
        before = [first.get(i, value.type) for i, value in enumerate(op.body.inputs)]
        after = op.widened(op.body, before)
        if after == before:
            return op, captures
        types = [after[port.parameter] for port in op.carried]


def _loop(body: GraphRecord, context: Context, types: Sequence[TensorType]) -> Made:
    names = list(body.inputs)
    ranks = [len(body.inputs[name].shape or ()) for name in names[:2]]
    makers: list[MakeInput] = [
        lambda graph, name: graph.parameter(name, TensorType(DType.i64, (1,) * min(ranks[0], 1))),
        lambda graph, name: graph.constant(np.ones((1,) * min(ranks[1], 1), np.bool_), name=name),
        *(parameter_of(t) for t in types),
    ]
    carried = len(types)
    graph, captures = context.import_body(body, makers, partial(_stacked, carried))
    ports: list[InputPort] = [MergedInput(2 + i, 1 + i, 1 + i) for i in range(carried)]
    ports += [InvariantInput(2 + carried + i, 1 + carried + i) for i in range(len(captures))]
    outputs: list[OutputPort] = [BodyOutput(1 + i) for i in range(carried)]
    outputs += [ConcatOutput(result=i) for i in range(1 + carried, len(body.outputs))]
    build: Any = Loop
    return build(graph, tuple(ports), tuple(outputs), condition_result=0, iteration_parameter=0), captures


def parameter_of(t: TensorType) -> MakeInput:
    """Makes a Parameter of the type."""
    return lambda graph, name: graph.parameter(name, t)


def _stacked(carried: int, position: int, value: Value) -> Value:
    """A scan output of a turn, as a part of the whole."""
    return value if position <= carried else Unsqueeze()(value, np.array([0], np.int64))


def _trip_count(given: Value | None, graph: Graph) -> Value:
    """At most that many turns; a negative number of the model's is none at all, and here it is no limit."""
    if given is None:
        return graph.constant(np.array(-1, np.int64))
    known = known_array(given)
    if known is not None and known.size == 1:
        return graph.constant(np.array(max(int(known.item()), 0), np.int64))
    value = given.type.value
    if value is not None and len(value) == 1 and minimum_of(value[0]) >= 0:
        return given
    return Maximum()(given, np.array(0, given.type.dtype.numpy))


def _condition(given: Value | None, graph: Graph) -> Value:
    known = np.array(True) if given is None else known_array(given)
    if known is not None and known.size == 1:
        return graph.constant(np.array(bool(known.item())))
    assert given is not None
    return given
