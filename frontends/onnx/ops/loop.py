"""Loop: a body that runs again and again, with a trip count and a condition."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from dldt.compiler.dims import DefinedDim, minimum_of, symbols
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.arithmetic import Maximum
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, InputPort, InvariantInput, MergedInput, OutputPort
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.loop import Loop
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.shown import shown
from dldt.compiler.types import DType, TensorType
from dldt.frontends.engine.context import Context, ImportedBody, MakeInput
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.sequences import (
    GrowingSequence,
    Imported,
    RaggedSequence,
    StackedSequence,
    TensorSequence,
    parts,
    same_form,
    with_parts,
)
from dldt.frontends.engine.settled import Made, parameter_of, settled
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.sequence_growth import only_grows
from dldt.frontends.onnx.sequence_ragged import Form, Sequential, form_of, item_forms, ragged_of
from dldt.frontends.onnx.unroll import known_turns, unrolled


@ONNX.imports("Loop", since=1)
def loop_1(
    M: Value | None = None,
    cond: Value | None = None,
    *v_initial: Imported,
    body: GraphRecord,
    context: Context,
) -> tuple[Imported, ...]:
    """The carried values as the last turn leaves them, then what each turn adds to the scan outputs."""
    count = len(v_initial)
    if len(body.inputs) != count + 2:
        raise InputError(f"the body of Loop takes {len(body.inputs)} inputs, {count + 2} are given to it")
    if len(body.outputs) < max(count + 1, context.outputs + 1):
        raise InputError(f"the body of Loop has {len(body.outputs)} outputs, {context.outputs + 1} are needed")
    given = tuple(_carried(body, i, value) for i, value in enumerate(v_initial))
    turns = known_turns(M, cond, body)
    if turns is not None and any(isinstance(value, TensorSequence) for value in (*given, *context.captured(body))):
        return unrolled(body, context, v_initial, turns)
    outer = (_trip_count(M, context.graph), _condition(cond, context.graph))
    first = [value for carried in given for value in parts(carried)]
    types = [TensorType(v.type.dtype, v.type.shape) for v in first]
    try:
        imported, op, captures = settled(partial(_loop, body, context, v_initial, given), types)
    except _RaggedError as error:
        changed, start = list(v_initial), v_initial[error.position]
        assert isinstance(start, Sequential)
        changed[error.position] = ragged_of(context.graph, start, *error.forms)
        return loop_1(M, cond, *changed, body=body, context=context)
    values = iter(op.all(*outer, *first, *captures))
    found: list[Imported] = []
    for i, inner in enumerate(imported.outputs[1:]):
        if isinstance(inner, GrowingSequence):
            found.append(_joined(v_initial[i], next(values)))
        else:
            found.append(with_parts(inner, [next(values) for _ in parts(inner)]))
    return tuple(found)


def _carried(body: GraphRecord, position: int, value: Imported) -> Imported:
    """How the body takes a carried value: a sequence to which it only appends grows by a scan output."""
    names = list(body.inputs)
    grows = isinstance(value, TensorSequence | StackedSequence)
    if grows and only_grows(body, names[position + 2], body.outputs[position + 1]):
        return GrowingSequence(position)
    return value


def _loop(
    body: GraphRecord,
    context: Context,
    initial: Sequence[Imported],
    given: Sequence[Imported],
    types: Sequence[TensorType],
) -> Made:
    names = list(body.inputs)
    ranks = [len(body.inputs[name].shape or ()) for name in names[:2]]
    left = iter(types)
    makers: list[MakeInput] = [
        lambda graph, name: graph.parameter(name, TensorType(DType.i64, (1,) * min(ranks[0], 1))),
        lambda graph, name: graph.constant(np.ones((1,) * min(ranks[1], 1), np.bool_), name=name),
        *(_maker(value, [next(left) for _ in parts(value)]) for value in given),
    ]
    imported, captures = context.import_body(body, makers, partial(_finished, initial))
    _check_forms(body, given, imported)
    carried, behind = len(types), 1 + len(given)
    ports: list[InputPort] = []
    outputs: list[OutputPort] = []
    result = 1
    for i, inner in enumerate(imported.outputs[1:]):
        if isinstance(inner, GrowingSequence):
            size = len(inner.appended)
            outputs.append(ConcatOutput(0, 0, size, size, -1, result=result))
            result += 1
            continue
        for _ in parts(inner):
            if 1 + i < behind:
                ports.append(MergedInput(2 + len(ports), 1 + len(ports), result))
            outputs.append(BodyOutput(result) if 1 + i < behind else ConcatOutput(result=result))
            result += 1
    ports += [InvariantInput(2 + carried + i, 1 + carried + i) for i in range(len(captures))]
    build: Any = Loop
    op = build(imported.graph, tuple(ports), tuple(outputs), condition_result=0, iteration_parameter=0)
    return imported, op, captures


def _maker(value: Imported, types: Sequence[TensorType]) -> MakeInput:
    """Makes what the body takes for a carried value, of these types."""
    if isinstance(value, Value):
        return parameter_of(types[0])
    return lambda graph, name: with_parts(value, [graph.parameter(f"{name}.{i}", t) for i, t in enumerate(types)])


def _finished(initial: Sequence[Imported], position: int, given: Imported) -> tuple[Value, ...]:
    """The Results of an output: a scan output of a turn is a part of the whole."""
    carried = len(initial)
    if position > carried and not isinstance(given, Value):
        raise UnsupportedError("a sequence as a scan output of Loop is not supported")
    if isinstance(given, GrowingSequence):
        _check_growth(given.appended[0].graph, initial[given.start], given)
        return (Concat(0)(*map(_as_part, given.appended)),)
    return (_as_part(given),) if position > carried and isinstance(given, Value) else parts(given)


def _as_part(value: Value) -> Value:
    return Unsqueeze()(value, np.array([0], np.int64))


class _RaggedError(Exception):
    """The sequence that carried value ``position`` is changes its length, or grows by items of different sizes, such as
    ``forms``."""

    def __init__(self, position: int, forms: Sequence[Form]) -> None:
        super().__init__(f"carried value {position}")
        self.position, self.forms = position, forms


def _check_forms(body: GraphRecord, given: Sequence[Imported], imported: ImportedBody) -> None:
    """Find what has another form behind a turn than before it: a sequence gets a form that suits both."""
    for position, (name, before, after) in enumerate(zip(body.outputs[1:], given, imported.outputs[1:], strict=False)):
        if isinstance(before, GrowingSequence):
            continue
        if not isinstance(before, RaggedSequence) or not isinstance(after, RaggedSequence):
            alike = same_form(before, after)
        else:
            alike = item_forms(before) == item_forms(after)
        if alike:
            continue
        if not isinstance(before, Sequential) or not isinstance(after, Sequential):
            raise UnsupportedError(
                f"{shown(name)} is a sequence before a turn of a Loop and none behind it, or the reverse"
            )
        raise _RaggedError(position, item_forms(after))


def _check_growth(body: Graph, before: Imported, after: GrowingSequence) -> None:
    """Find a sequence that grows by items which are not of one size, or not of that of those it has."""
    forms = [form_of(value.type) for value in after.appended]
    dims = {s for form in forms for dim in form.shape if dim is not None for s in symbols(dim)}
    found = any(isinstance(s, DefinedDim) and s.name.startswith(f"{body.name}:") for s in dims)
    assert isinstance(before, Sequential)
    if found or any(form != forms[0] for form in [*forms, *item_forms(before)]):
        raise _RaggedError(after.start, forms)


def _joined(before: Imported, grown: Value) -> Imported:
    """A sequence with what a loop has appended."""
    if isinstance(before, StackedSequence):
        return StackedSequence(Concat(0)(before.stack, grown))
    items = parts(before)
    return StackedSequence(Concat(0)(*map(_as_part, items), grown) if items else grown)


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
