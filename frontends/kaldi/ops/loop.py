"""Frames that are made one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, InputPort, InvariantInput, MergedInput, SliceInput
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.types import TensorType
from dldt.frontends.engine.context import Context, MakeInput
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.sequences import Imported
from dldt.frontends.kaldi.framework import KALDI


@KALDI.imports("Recurrence")
def recurrence(*inputs: Value, states: int, backward: bool, body: GraphRecord, context: Context) -> tuple[Value, ...]:
    """A turn of the body for each frame. Inputs: the states, then tensors of which a turn takes a frame each. Outputs:
    the states behind the last turn, then the frames of all turns."""
    makers = [_parameter(value, whole=i < states) for i, value in enumerate(inputs)]
    imported, captures = context.import_body(body, makers, _values)
    ends = (-1, -1, 1, 0) if backward else (0, 1, 1, -1)
    ports: list[InputPort] = [MergedInput(i, i, i) for i in range(states)]
    ports += [SliceInput(0, *ends, input=i, parameter=i) for i in range(states, len(inputs))]
    ports += [InvariantInput(len(inputs) + i, len(inputs) + i) for i in range(len(captures))]
    outputs = [BodyOutput(i) for i in range(states)]
    scans = [ConcatOutput(0, *ends, result=i) for i in range(states, len(body.outputs))]
    return TensorIterator(imported.graph, tuple(ports), (*outputs, *scans)).all(*inputs, *captures)


def _parameter(value: Value, whole: bool) -> MakeInput:
    shape = value.type.shape if whole else (1, *value.type.shape[1:])
    return lambda graph, name: _made(graph, name, TensorType(value.type.dtype, shape))


def _made(graph: Graph, name: str, type: TensorType) -> Value:
    return graph.parameter(name, type)


def _values(_: int, output: Imported) -> Sequence[Value]:
    if not isinstance(output, Value):
        raise InputError("a recurrence hands on something that is no tensor")
    return (output,)
