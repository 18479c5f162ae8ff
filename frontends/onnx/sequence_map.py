"""SequenceMap over a sequence whose length is found at run time: a loop over its items."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import numpy as np

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.body_ports import ConcatOutput, InputPort, InvariantInput, SliceInput
from dldt.compiler.ops.squeeze import Squeeze
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.types import TensorType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.sequences import Imported, StackedSequence, TensorSequence
from dldt.frontends.onnx.sequence_stack import as_part, stack_of


def mapped(body: GraphRecord, given: Sequence[Imported], context: Context) -> tuple[StackedSequence, ...]:
    """What the body gives for each turn, as sequences; ``given``: sequences, of which a turn takes an item each, and
    tensors, which it takes whole."""
    outer: list[Value] = []
    ports: list[InputPort] = []
    makers: list[Callable[[Graph, str], Imported]] = []
    for i, value in enumerate(given):
        if isinstance(value, TensorSequence | StackedSequence):
            stack = stack_of(value)
            outer.append(stack)
            ports.append(SliceInput(input=i, parameter=i))
            makers.append(_item(stack.type))
        elif isinstance(value, Value):
            outer.append(value)
            ports.append(InvariantInput(i, i))
            makers.append(_whole(value.type))
        else:
            raise UnsupportedError("SequenceMap takes sequences and tensors")
    imported, captures = context.import_body(body, makers, _part)
    count = len(outer)
    ports += [InvariantInput(count + i, count + i) for i in range(len(captures))]
    outputs = tuple(ConcatOutput(result=i) for i in range(len(body.outputs)))
    made = TensorIterator(imported.graph, tuple(ports), outputs).all(*outer, *captures)
    return tuple(map(StackedSequence, made))


def _item(stack: TensorType) -> Callable[[Graph, str], Imported]:
    part = attrs.evolve(stack, shape=(1, *stack.shape[1:]), value=None, constant=None)
    return lambda graph, name: Squeeze()(graph.parameter(name, part), np.array([0], np.int64))


def _whole(t: TensorType) -> Callable[[Graph, str], Imported]:
    return lambda graph, name: graph.parameter(name, TensorType(t.dtype, t.shape))


def _part(_: int, given: Imported) -> tuple[Value, ...]:
    if not isinstance(given, Value):
        raise UnsupportedError("a sequence of sequences is not supported")
    return (as_part(given),)
