"""Control flow: a body that runs again and again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from dldt.compiler.dims import minimum_of
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.arithmetic import Maximum, Minimum, Subtract
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, InputPort, InvariantInput, MergedInput, OutputPort
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.loop import Loop
from dldt.compiler.shown import shown
from dldt.compiler.types import DType, TensorType
from dldt.frontends.engine.context import Context, ImportedBody, MakeInput
from dldt.frontends.engine.known import known_dims
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.sequences import (
    GrowingSequence,
    Imported,
    ReservedSequence,
    StackedSequence,
    parts,
    same_form,
    with_parts,
)
from dldt.frontends.engine.settled import Made, parameter_of, settled
from dldt.frontends.tensorflow.appended import appended
from dldt.frontends.tensorflow.counted import Counted, counted
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.ops.branching import truth
from dldt.frontends.tensorflow.tensor_lists import as_part, filled


@TENSORFLOW.imports("While")
@TENSORFLOW.imports("StatelessWhile")
def while_(
    *input: Imported,
    cond: GraphRecord,
    body: GraphRecord,
    parallel_iterations: int = 10,
    context: Context,
) -> tuple[Imported, ...]:
    """The carried values as the last turn leaves them. The body gives whether there is another turn, then the values;
    what no turn changes is no input, the body takes it from around."""
    around = {name: value for part in (cond, body) for name, value in _around(part, context)}
    count = counted(cond, body, input, around)
    trips = None if count.limits is None else _trip_count(count.limits, context.graph)
    start = _start(cond, input, trips, context)
    given = tuple(_as_carried(body, i, value, count, trips) for i, value in enumerate(input))
    given = _with_items(body, context, given)
    turns = [i for i in count.turns if trips is not None and _dtype(input, (i,)) is _dtype(input, count.turns)]
    first = [value for i, carried in enumerate(given) if i not in turns for value in parts(carried)]
    types = [TensorType(v.type.dtype, v.type.shape) for v in first]
    make = partial(_loop, body, context, given, turns, trips is not None)
    imported, op, captures = settled(make, types)
    outer = (np.array(-1, np.int64) if trips is None else trips, start)
    values = iter(op.all(*outer, *first, *captures))
    found: list[Imported] = []
    for i, inner in enumerate(imported.outputs[1:]):
        if i in turns:
            assert trips is not None
            dtype = _dtype(given, (i,))
            found.append(trips if trips.type.dtype is dtype else Convert(dtype)(trips))
        elif isinstance(inner, GrowingSequence):
            found.append(StackedSequence(next(values)))
        else:
            found.append(with_parts(inner, [next(values) for _ in parts(inner)]))
    return tuple(found)


def _dtype(given: Sequence[Imported], turns: Sequence[int]) -> DType:
    """The element type of the first counter."""
    value = given[turns[0]] if turns else None
    return value.type.dtype if isinstance(value, Value) else DType.i64


def _around(body: GraphRecord, context: Context) -> Iterable[tuple[str, Imported]]:
    return zip(body.captures(), context.captured(body), strict=True)


def _start(cond: GraphRecord, given: Sequence[Imported], trips: Value | None, context: Context) -> Value:
    """Whether there is a first turn."""
    if trips is not None:
        return context.graph.constant(np.array(True))
    (made,) = context.inline(cond, given)
    if not isinstance(made, Value):
        raise InputError("the condition of a loop is no tensor")
    return truth(made)


def _trip_count(limits: Sequence[tuple[int, Value | int]], graph: Graph) -> Value:
    """The number of turns of a loop that counts."""
    found: Value | None = None
    for start, limit in limits:
        value = graph.constant(np.array(limit, np.int64)) if isinstance(limit, int) else limit
        wide = value if value.type.dtype is DType.i64 else Convert(DType.i64)(value)
        turns = Subtract()(wide, np.array(start, np.int64)) if start else wide
        found = turns if found is None or _same(found, turns) else Minimum()(found, turns)
    assert found is not None
    known = found.type.value
    if known is not None and len(known) == 1 and minimum_of(known[0]) >= 0:
        return found
    return Maximum()(found, np.array(0, np.int64))


def _same(a: Value, b: Value) -> bool:
    return a.type.value is not None and a.type.value == b.type.value


def _as_carried(body: GraphRecord, position: int, value: Imported, count: Counted, trips: Value | None) -> Imported:
    """How the body takes a carried value: a list that gets one item a turn is a scan output, where it grows so or has
    as many items as there are turns."""
    if not isinstance(value, ReservedSequence):
        return value
    wanted = known_dims(value.count)
    fits = wanted is not None and (wanted == (0,) or (trips is not None and wanted == trips.type.value))
    return GrowingSequence(position) if fits and appended(body, position, count.turns) else value


def _with_items(body: GraphRecord, context: Context, given: tuple[Imported, ...]) -> tuple[Imported, ...]:
    """Reserved lists whose items the body sets, as tensors of zeros: a trial tells which shape the items have."""
    reserved = [i for i, value in enumerate(given) if isinstance(value, ReservedSequence)]
    if not reserved:
        return given
    types = [TensorType(v.type.dtype, v.type.shape) for value in given for v in parts(value)]
    left = iter(types)
    makers = [_maker(value, [next(left) for _ in parts(value)]) for value in given]
    imported, _ = context.import_body(body, makers, lambda position, made: parts(made))
    made = list(given)
    sources = [value for carried in given for value in parts(carried)] + [*context.graph.inputs]
    for i in reserved:
        inner, before = imported.outputs[i + 1], given[i]
        if isinstance(inner, StackedSequence) and isinstance(before, ReservedSequence):
            made[i] = StackedSequence(filled(before.count, inner.stack.type, sources))
    return tuple(made)


def _loop(
    body: GraphRecord,
    context: Context,
    given: Sequence[Imported],
    turns: Sequence[int],
    counts: bool,
    types: Sequence[TensorType],
) -> Made:
    """The loop for these types of its carried values. ``turns``: the values that are the number of the turn, which the
    loop itself counts; ``counts``: it has no other condition."""
    left = iter(types)
    number = _TurnNumber(_dtype(given, turns))
    makers = [
        number if i in turns else _maker(value, [next(left) for _ in parts(value)]) for i, value in enumerate(given)
    ]
    imported, captures = context.import_body(body, makers, partial(_finished, turns, counts))
    _check_forms(body, given, imported)
    parameters = {value: place for place, value in enumerate(imported.graph.inputs)}
    own = None if number.value is None else parameters[number.value]
    places = [place for place in range(len(parameters)) if place != own]
    ports: list[InputPort] = []
    outputs: list[OutputPort] = []
    result = 1
    for i, inner in enumerate(imported.outputs[1:]):
        for _ in parts(inner) if i not in turns else ():
            if isinstance(inner, GrowingSequence):
                outputs.append(ConcatOutput(result=result))
            else:
                ports.append(MergedInput(2 + len(ports), places[len(ports)], result))
                outputs.append(BodyOutput(result))
            result += 1
    carried = len(types)
    ports += [InvariantInput(2 + carried + i, places[carried + i]) for i in range(len(captures))]
    build: Any = Loop
    op = build(imported.graph, tuple(ports), tuple(outputs), condition_result=0, iteration_parameter=own)
    return imported, op, captures


class _TurnNumber:
    """Makes what the body takes for counters that start with 0: one number, that of the turn."""

    def __init__(self, dtype: DType) -> None:
        self.value: Value | None = None
        self._dtype = dtype

    def __call__(self, graph: Graph, name: str) -> Value:
        if self.value is None:
            self.value = graph.parameter(name, TensorType(self._dtype, ()))
        return self.value


def _maker(value: Imported, types: Sequence[TensorType]) -> MakeInput:
    """Makes what the body takes for a carried value, of these types."""
    if isinstance(value, Value):
        return parameter_of(types[0])
    return lambda graph, name: with_parts(value, [graph.parameter(f"{name}.{i}", t) for i, t in enumerate(types)])


def _finished(turns: Sequence[int], counts: bool, position: int, made: Imported) -> tuple[Value, ...]:
    """The Results of an output: what a turn adds to a list is a part of the whole."""
    if position - 1 in turns:
        return ()
    if position == 0:
        if not isinstance(made, Value):
            raise InputError("the condition of a loop is no tensor")
        return (made.graph.constant(np.array(True)),) if counts else (truth(made),)
    return tuple(map(as_part, made.appended)) if isinstance(made, GrowingSequence) else parts(made)


def _check_forms(body: GraphRecord, given: Sequence[Imported], imported: ImportedBody) -> None:
    """Refuse what has another form behind a turn than before it."""
    for name, before, after in zip(body.outputs[1:], given, imported.outputs[1:], strict=True):
        grows = isinstance(before, GrowingSequence)
        if grows and isinstance(after, GrowingSequence) and len(after.appended) == 1:
            continue
        if grows or not same_form(before, after):
            raise UnsupportedError(f"the list {shown(name)} changes its length in a loop by more than one item a turn")
