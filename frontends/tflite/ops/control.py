"""Control flow: subgraphs as branches, as the parts of loops, and in place of calls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.body_ports import BodyOutput, InvariantInput, MergedInput
from dldt.compiler.ops.control import If
from dldt.compiler.ops.loop import Loop
from dldt.compiler.types import TensorType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.sequences import Imported, parts
from dldt.frontends.engine.settled import Made, parameter_of, settled
from dldt.frontends.tflite.framework import INTERNAL, TFLITE


@TFLITE.imports("IF")
def if_(
    cond: Value,
    *inputs: Value,
    then_subgraph_index: GraphRecord,
    else_subgraph_index: GraphRecord,
    context: Context,
) -> tuple[Imported, ...]:
    """One branch or the other; its inputs are tensors from around it, as the reader names them."""
    branches = (then_subgraph_index, else_subgraph_index)
    if any(len(branch.outputs) < context.outputs for branch in branches):
        raise InputError(f"IF has {context.outputs} outputs, its branches {[len(b.outputs) for b in branches]}")
    known = known_array(cond)
    if known is not None and known.size == 1:
        return context.inline(branches[0] if known.item() else branches[1])
    (then, otherwise), captures = context.import_bodies(branches)
    return If(then.graph, otherwise.graph).all(cond, *captures)


@TFLITE.imports("WHILE")
def while_(
    *inputs: Value, cond_subgraph_index: GraphRecord, body_subgraph_index: GraphRecord, context: Context
) -> tuple[Value, ...]:
    """The body again and again, as long as the condition holds of the values that it carries."""
    return _looped(inputs, cond_subgraph_index, body_subgraph_index, context)


@TFLITE.imports("STABLEHLO_WHILE")
def stablehlo_while(
    *inputs: Value, cond_subgraph_index: GraphRecord, body_subgraph_index: GraphRecord, context: Context
) -> tuple[Value, ...]:
    """As WHILE."""
    return _looped(inputs, cond_subgraph_index, body_subgraph_index, context)


@TFLITE.imports("CALL")
def call(*inputs: Value, subgraph: GraphRecord, context: Context) -> tuple[Imported, ...]:
    """The subgraph's nodes in place of the call."""
    return _called(inputs, subgraph, context)


def _called(inputs: Sequence[Value], body: GraphRecord, context: Context) -> tuple[Imported, ...]:
    if len(body.inputs) != len(inputs):
        raise InputError(f"{len(inputs)} tensors are given to a subgraph of {len(body.inputs)} inputs")
    return context.inline(body, inputs)


def _looped(inputs: Sequence[Value], condition: GraphRecord, body: GraphRecord, context: Context) -> tuple[Value, ...]:
    count = len(inputs)
    if not len(condition.inputs) == len(body.inputs) == len(body.outputs) == count or len(condition.outputs) != 1:
        raise InputError(f"a loop carries {count} tensors; condition and body must take as many")
    (start,) = context.inline(condition, inputs)
    turn = _with_condition(body, condition)
    types = [TensorType(value.type.dtype, value.type.shape) for value in inputs]
    _, op, captures = settled(partial(_loop, turn, context), types)
    assert isinstance(start, Value)
    return op.all(context.graph.constant(np.array(-1, np.int64)), start, *inputs, *captures)


def _with_condition(body: GraphRecord, condition: GraphRecord) -> GraphRecord:
    """A body that gives, before its values, whether there is another turn."""
    links = tuple(
        NodeRecord("copy", "", (made,), (taken,), domain=INTERNAL)
        for made, taken in zip(body.outputs, condition.inputs, strict=True)
    )
    return attrs.evolve(
        body,
        nodes=(*body.nodes, *links, *condition.nodes),
        outputs=(*condition.outputs, *body.outputs),
        initializers={**body.initializers, **condition.initializers},
        types={**body.types, **condition.types},
    )


def _loop(turn: GraphRecord, context: Context, types: Sequence[TensorType]) -> Made:
    body, captures = context.import_body(turn, [*map(parameter_of, types)], lambda _, given: parts(given))
    count = len(types)
    ports: list[Any] = [MergedInput(2 + i, i, 1 + i) for i in range(count)]
    ports += [InvariantInput(2 + count + i, count + i) for i in range(len(captures))]
    outputs = tuple(BodyOutput(1 + i) for i in range(count))
    build: Any = Loop
    return body, build(body.graph, tuple(ports), outputs, condition_result=0), captures
