"""Scan: a body that runs over the parts of its inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.body_ports import (
    BodyOutput,
    ConcatOutput,
    InputPort,
    InvariantInput,
    MergedInput,
    OutputPort,
    SliceInput,
)
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.types import TensorType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.sequences import Imported
from dldt.frontends.engine.settled import Made, parameter_of, settled
from dldt.frontends.onnx.framework import ONNX

Ints: TypeAlias = "tuple[int, ...] | None"


@ONNX.imports("Scan", since=8, until=8)
def scan_8(
    sequence_lens: Value | None = None,
    *initial_state_and_scan_inputs: Value,
    body: GraphRecord,
    directions: Ints = None,
    num_scan_inputs: int,
    context: Context,
) -> tuple[Value, ...]:
    """The Scan of version 9 for each sample of a batch, which is the first dim of every input and output."""
    given = initial_state_and_scan_inputs
    if sequence_lens is not None and not _are_whole(sequence_lens, given[-1]):
        raise UnsupportedError("sequence_lens of Scan is supported only where it is a constant, the whole length")
    layout = _Layout.of(body, len(given), num_scan_inputs)
    layout = attrs.evolve(layout, backward=_flags("directions", directions, layout.slices))
    samples = [TensorType(v.type.dtype, v.type.shape[1:]) for v in given]
    _, op, captures = settled(partial(_scan, body, context, layout, samples), samples[: layout.states])
    batch = Graph(f"{op.body.name}_batch")
    parts = [parameter_of(TensorType(t.dtype, (1, *t.shape)))(batch, f"sample_{i}") for i, t in enumerate(samples)]
    whole = [batch.parameter(f"captured_{i}", TensorType(v.type.dtype, v.type.shape)) for i, v in enumerate(captures)]
    for i, value in enumerate(op.all(*(_squeezed(part, 0) for part in parts), *whole)):
        batch.result(Unsqueeze()(value, np.array([0], np.int64)), f"result_{i}")
    ports: list[InputPort] = [SliceInput(input=i, parameter=i) for i in range(len(given))]
    ports += [InvariantInput(i, i) for i in range(len(given), len(given) + len(captures))]
    outputs = tuple(ConcatOutput(result=i) for i in range(len(body.outputs)))
    return TensorIterator(batch, tuple(ports), outputs).all(*given, *captures)


@ONNX.imports("Scan", since=9)
def scan_9(
    *initial_state_and_scan_inputs: Value,
    body: GraphRecord,
    num_scan_inputs: int,
    scan_input_axes: Ints = None,
    scan_input_directions: Ints = None,
    scan_output_axes: Ints = None,
    scan_output_directions: Ints = None,
    context: Context,
) -> tuple[Value, ...]:
    """The states as the last turn leaves them, then what each turn adds to the scan outputs."""
    given = initial_state_and_scan_inputs
    layout = _Layout.of(body, len(given), num_scan_inputs)
    layout = attrs.evolve(
        layout,
        axes=_numbers("scan_input_axes", scan_input_axes, layout.slices),
        backward=_flags("scan_input_directions", scan_input_directions, layout.slices),
        output_axes=_numbers("scan_output_axes", scan_output_axes, layout.scans),
        output_backward=_flags("scan_output_directions", scan_output_directions, layout.scans),
    )
    types = [TensorType(v.type.dtype, v.type.shape) for v in given]
    _, op, captures = settled(partial(_scan, body, context, layout, types), types[: layout.states])
    return op.all(*given, *captures)


@attrs.frozen
class _Layout:
    """How many states, slices and scan outputs there are; axis and direction of each slice and scan output."""

    states: int
    slices: int
    scans: int
    axes: tuple[int, ...]
    backward: tuple[bool, ...]
    output_axes: tuple[int, ...]
    output_backward: tuple[bool, ...]

    @classmethod
    def of(cls, body: GraphRecord, inputs: int, slices: int) -> _Layout:
        """The counts; along the first axis, forward."""
        if not 1 <= slices <= inputs or len(body.inputs) != inputs:
            raise InputError(f"Scan has {inputs} inputs ({slices} are scanned), its body {len(body.inputs)}")
        states, scans = inputs - slices, len(body.outputs) - (inputs - slices)
        if scans < 0:
            raise InputError(f"the body of Scan has {len(body.outputs)} outputs for {states} states")
        return cls(states, slices, scans, (0,) * slices, (False,) * slices, (0,) * scans, (False,) * scans)


def _scan(
    body: GraphRecord, context: Context, layout: _Layout, given: Sequence[TensorType], types: Sequence[TensorType]
) -> Made:
    """The operation for states of ``types`` and scan inputs of those of ``given``; the captured values."""
    sliced = list(zip(given[layout.states :], layout.axes, layout.backward, strict=True))
    makers = [*map(parameter_of, types), *(_part_of(t, axis) for t, axis, _ in sliced)]
    imported, captures = context.import_body(body, makers, partial(_stacked, layout))
    results = imported.graph.output_values
    states, count = layout.states, len(given)
    ports: list[InputPort] = [MergedInput(i, i, i) for i in range(states)]
    ports += [
        SliceInput(axis % t.rank, *_ends(backward), input=states + i, parameter=states + i)
        for i, (t, axis, backward) in enumerate(sliced)
    ]
    ports += [InvariantInput(count + i, count + i) for i in range(len(captures))]
    outputs: list[OutputPort] = [BodyOutput(i) for i in range(states)]
    outputs += [
        ConcatOutput(axis % results[i].type.rank, *_ends(backward), result=i)
        for i, (axis, backward) in enumerate(zip(layout.output_axes, layout.output_backward, strict=True), states)
    ]
    return imported, TensorIterator(imported.graph, tuple(ports), tuple(outputs)), captures


def _ends(backward: bool) -> tuple[int, int, int, int]:
    """Start, stride, part size and end of parts of 1."""
    return (-1, -1, 1, 0) if backward else (0, 1, 1, -1)


def _part_of(t: TensorType, axis: int) -> Callable[[Graph, str], Value]:
    """Makes a Parameter that takes a part, without the axis along which the parts lie."""
    if not -t.rank <= axis < t.rank:
        raise InputError(f"a scan input is {t}, it has no axis {axis}")
    place = axis % t.rank
    part = TensorType(t.dtype, (*t.shape[:place], 1, *t.shape[place + 1 :]))
    return lambda graph, name: _squeezed(graph.parameter(name, part), place)


def _squeezed(value: Value, axis: int) -> Value:
    return Squeeze()(value, np.array([axis], np.int64))


def _stacked(layout: _Layout, position: int, given: Imported) -> tuple[Value, ...]:
    """A scan output of a turn, as a part of the whole."""
    if not isinstance(given, Value):
        raise UnsupportedError("a sequence as an output of Scan is not supported")
    if position < layout.states:
        return (given,)
    return (Unsqueeze()(given, np.array([layout.output_axes[position - layout.states]], np.int64)),)


def _numbers(name: str, given: Ints, count: int) -> tuple[int, ...]:
    if given is not None and len(given) != count:
        raise InputError(f"{name} of Scan has {len(given)} elements, {count} are needed")
    return given or (0,) * count


def _flags(name: str, given: Ints, count: int) -> tuple[bool, ...]:
    return tuple(bool(number) for number in _numbers(name, given, count))


def _are_whole(lengths: Value, scanned: Value) -> bool:
    """Whether every sequence is as long as the tensor."""
    known = known_array(lengths)
    return known is not None and bool(np.all(known == scanned.type.shape[1]))
