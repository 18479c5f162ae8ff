"""SequenceMap over a sequence whose length is found at run time: a loop over its items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import attrs
import numpy as np

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.body_ports import ConcatOutput, InputPort, InvariantInput, SliceInput
from dldt.compiler.ops.squeeze import Squeeze
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.types import DType, TensorType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.record import GraphRecord, NodeRecord
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


def turn(body: GraphRecord, sequences: Sequence[bool]) -> GraphRecord:
    """The body of a Loop that does the same with items of different sizes: it carries what SequenceMap takes, of which
    ``sequences`` tells the sequences, and then a sequence for each output, to which it appends."""
    prefix = "turn"
    while any(name.startswith(prefix) for name in _names(body)):
        prefix += "_"
    number, going = f"{prefix}.number", f"{prefix}.going"
    takes = [
        f"{prefix}.{name}" if is_sequence else name for name, is_sequence in zip(body.inputs, sequences, strict=True)
    ]
    grown = [f"{prefix}.grown.{i}" for i in range(len(body.outputs))]
    made = [f"{prefix}.made.{i}" for i in range(len(body.outputs))]
    items = [
        _node("SequenceAt", (taken, number), name)
        for name, taken in zip(body.inputs, takes, strict=True)
        if name != taken
    ]
    ends = [_node("SequenceInsert", names, end) for *names, end in zip(grown, body.outputs, made, strict=True)]
    declared = {number: DeclaredType(DType.i64, ()), going: DeclaredType(DType.boolean, ())}
    return attrs.evolve(
        body,
        nodes=(*items, *body.nodes, *ends),
        inputs={**declared, **{name: DeclaredType() for name in (*takes, *grown)}},
        outputs=(going, *takes, *made),
    )


def _node(op_type: str, inputs: Sequence[str], output: str) -> NodeRecord:
    return NodeRecord(op_type, output, tuple(inputs), (output,), version=11)


def _names(body: GraphRecord) -> Iterator[str]:
    yield from body.inputs
    for node in body.walk():
        yield from (*node.inputs, *node.outputs)
