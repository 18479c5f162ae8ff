"""Control flow: sub-graphs that run again and again, and such of which one runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.arithmetic import Subtract
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, InputPort, InvariantInput, MergedInput, SliceInput
from dldt.compiler.ops.comparison import NotEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.control import If
from dldt.compiler.ops.loop import Loop
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.shown import shown
from dldt.compiler.types import DType, TensorType
from dldt.frontends.engine.context import Context, ImportedBody, MakeInput
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.sequences import Imported
from dldt.frontends.engine.settled import Made, parameter_of, settled
from dldt.frontends.mxnet.bound import bound
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import ints, number, size

_MOST_TURNS = 1 << 31


@MXNET.imports("_foreach")
def foreach(
    *data: Value,
    fn: GraphRecord,
    num_outputs: int,
    num_out_data: int,
    in_state_locs: tuple[int, ...],
    in_data_locs: tuple[int, ...],
    remain_locs: tuple[int, ...],
    context: Context,
) -> tuple[Imported, ...]:
    """`fn` of each item along the first axis of the data, and of the states that it hands on: what it gives for all
    items, then the last states."""
    _check(fn, num_outputs, (*in_data_locs, *in_state_locs, *remain_locs), len(data))
    items, states = len(in_data_locs), len(in_state_locs)
    if not items or num_out_data < 0 or num_out_data + states != num_outputs:
        raise InputError(f"{items} inputs, {num_out_data} outputs and {states} states are no loop")
    names = [""] * len(fn.inputs)
    own = [f"item{i}" for i in range(items)] + [f"state{i}" for i in range(states)]
    for place, name in zip(
        (*in_data_locs, *in_state_locs, *remain_locs), (*own, *context.node.inputs[items + states :]), strict=True
    ):
        names[place] = name
    record = _with_inputs(bound(fn, "turn/", names), own)
    types = [TensorType(v.type.dtype, v.type.shape) for v in data[items : items + states]]
    _, op, captures = settled(partial(_foreach, record, context, data[:items], num_out_data), types)
    return op.all(*data[: items + states], *captures)


def _foreach(
    record: GraphRecord, context: Context, data: Sequence[Value], outputs: int, types: Sequence[TensorType]
) -> Made:
    makers: list[MakeInput] = [partial(_item, value) for value in data]
    makers += [parameter_of(t) for t in types]
    imported, captures = context.import_body(record, makers, partial(_scanned, 0, outputs))
    items, carried = len(data), len(data) + len(types)
    ports: list[InputPort] = [SliceInput(input=i, parameter=i) for i in range(items)]
    ports += [MergedInput(i, i, outputs + i - items) for i in range(items, carried)]
    ports += [InvariantInput(carried + i, carried + i) for i in range(len(captures))]
    results = [ConcatOutput(result=i) for i in range(outputs)]
    ends = [BodyOutput(outputs + i) for i in range(len(types))]
    build: Any = TensorIterator
    op: Repetition = build(imported.graph, tuple(ports), (*results, *ends))
    return imported, op, captures


def _item(whole: Value, graph: Graph, name: str) -> Value:
    """What the body takes of a turn's part, which is [1, ...]."""
    if not whole.type.rank:
        raise InputError("what a loop goes through must have an axis")
    part = graph.parameter(name, TensorType(whole.type.dtype, (1, *whole.type.shape[1:])))
    return Squeeze()(part, ints(0))


def _scanned(first: int, count: int, position: int, given: Imported) -> tuple[Value, ...]:
    """The Result of an output: those of number ``first`` and ``count`` - 1 more are parts of a whole."""
    assert isinstance(given, Value)
    return (Unsqueeze()(given, ints(0)),) if first <= position < first + count else (given,)


@MXNET.imports("_while_loop")
def while_loop(
    *data: Value,
    cond: GraphRecord,
    func: GraphRecord,
    num_outputs: int,
    num_out_data: int,
    max_iterations: int,
    cond_input_locs: tuple[int, ...],
    func_input_locs: tuple[int, ...],
    func_var_locs: tuple[int, ...],
    context: Context,
) -> tuple[Imported, ...]:
    """`func` while `cond` holds, `max_iterations` times at most: what each turn gives, with zeros behind up to that
    many, then the last variables."""
    _check(func, num_outputs, tuple(range(len(func_input_locs))), len(func_input_locs))
    _check_condition(cond)
    carried = num_out_data >= 0 and num_out_data + len(func_var_locs) == num_outputs
    if not 1 <= max_iterations < _MOST_TURNS or not carried:
        raise InputError(
            f"max_iterations {max_iterations}, {num_out_data} outputs and {len(func_var_locs)} variables are no loop "
            f"of {num_outputs} outputs"
        )
    outer = context.node.inputs
    if not all(0 <= place < len(outer) for place in (*cond_input_locs, *func_input_locs)):
        raise InputError(f"sub-graphs take inputs {cond_input_locs} and {func_input_locs} of {len(outer)}")
    if not all(0 <= place < len(func_input_locs) for place in func_var_locs):
        raise InputError(f"variables {func_var_locs} are none of the {len(func_input_locs)} inputs of the sub-graph")
    variables = [func_input_locs[place] for place in func_var_locs]
    starts = [data[place] for place in variables]
    own = [f"variable{i}" for i in range(len(variables))]
    before = [own[variables.index(i)] if i in variables else name for i, name in enumerate(outer)]
    turn = bound(func, "turn/", [before[place] for place in func_input_locs])
    after = dict(zip(own, turn.outputs[num_out_data:], strict=True))
    asked = bound(cond, "again/", [after.get(before[place], before[place]) for place in cond_input_locs])
    nodes, outputs = (*turn.nodes, *asked.nodes), (*asked.outputs[:1], *turn.outputs)
    record = _with_inputs(attrs.evolve(turn, nodes=nodes, outputs=outputs), own)
    (first,) = context.inline(bound(cond, "first/", [outer[place] for place in cond_input_locs]))
    types = [TensorType(v.type.dtype, v.type.shape) for v in starts]
    _, op, captures = settled(partial(_while, record, context, num_out_data), types)
    limit = context.graph.constant(np.array(max_iterations, np.int64))
    made = op.all(limit, _truth(first), *starts, *captures)
    return (*(_filled(value, max_iterations) for value in made[:num_out_data]), *made[num_out_data:])


def _while(record: GraphRecord, context: Context, outputs: int, types: Sequence[TensorType]) -> Made:
    makers: list[MakeInput] = [parameter_of(t) for t in types]
    imported, captures = context.import_body(record, makers, partial(_asked, outputs))
    carried = len(types)
    ports: list[InputPort] = [MergedInput(2 + i, i, 1 + outputs + i) for i in range(carried)]
    ports += [InvariantInput(2 + carried + i, carried + i) for i in range(len(captures))]
    results = [ConcatOutput(result=1 + i) for i in range(outputs)]
    ends = [BodyOutput(1 + outputs + i) for i in range(carried)]
    build: Any = Loop
    op: Repetition = build(imported.graph, tuple(ports), (*results, *ends), condition_result=0)
    return imported, op, captures


def _asked(outputs: int, position: int, given: Imported) -> tuple[Value, ...]:
    return (_truth(given),) if position == 0 else _scanned(1, outputs, position, given)


def _filled(rows: Value, count: int) -> Value:
    """Zeros behind, up to so many rows."""
    missing = Subtract()(rows.graph.constant(ints(count)), size(rows, 0))
    rank = rows.type.rank
    if rank > 1:
        missing = Concat(0)(missing, rows.graph.constant(np.zeros(rank - 1, np.int64)))
    whole = Pad()(rows, ints(*[0] * rank), missing, number(0, rows))
    return Reshape(special_zero=True)(whole, ints(count, *[0] * (rank - 1)))


@MXNET.imports("_cond")
def cond(
    *data: Value,
    cond: GraphRecord,
    then_branch: GraphRecord,
    else_branch: GraphRecord,
    num_outputs: int,
    cond_input_locs: tuple[int, ...],
    then_input_locs: tuple[int, ...],
    else_input_locs: tuple[int, ...],
    context: Context,
) -> tuple[Imported, ...]:
    """The outputs of one branch or the other; of a condition that is known only its branch is imported."""
    outer = context.node.inputs
    _check_condition(cond)
    graphs = []
    for graph, places, prefix in (
        (cond, cond_input_locs, "if/"),
        (then_branch, then_input_locs, "then/"),
        (else_branch, else_input_locs, "else/"),
    ):
        if not all(0 <= place < len(outer) for place in places):
            raise InputError(f"sub-graph {shown(graph.name)} takes inputs {places} of {len(outer)}")
        graphs.append(bound(graph, prefix, [outer[place] for place in places]))
    if any(len(graph.outputs) != num_outputs for graph in graphs[1:]):
        raise InputError(f"the branches of _cond do not have {num_outputs} outputs each")
    chosen = _truth(context.inline(graphs[0])[0])
    known = known_array(chosen)
    if known is not None:
        return context.inline(graphs[1] if known.item() else graphs[2])
    bodies, captures = context.import_bodies((graphs[1], graphs[2]))
    _same_ranks(bodies)
    return If(bodies[0].graph, bodies[1].graph).all(chosen, *captures)


def _same_ranks(bodies: Sequence[ImportedBody]) -> None:
    for a, b in zip(bodies[0].outputs, bodies[1].outputs, strict=True):
        assert isinstance(a, Value)
        assert isinstance(b, Value)
        if a.type.rank != b.type.rank or a.type.dtype is not b.type.dtype:
            raise UnsupportedError(f"the branches give {a.type} and {b.type}; make both of one type and rank")


def _truth(given: Imported) -> Value:
    """A condition as a boolean; it is a number of one element."""
    if not isinstance(given, Value) or given.type.elements != 1:
        raise InputError(f"a condition must be one number, not {getattr(given, 'type', given)}")
    flag = given if given.type.dtype is DType.boolean else NotEqual()(given, number(0, given))
    made: Value = flag if not flag.type.rank else Squeeze()(flag, ints(*range(flag.type.rank)))
    return made


def _with_inputs(record: GraphRecord, names: Sequence[str]) -> GraphRecord:
    return attrs.evolve(record, inputs=dict.fromkeys(names, DeclaredType(DType.f32)))


def _check_condition(graph: GraphRecord) -> None:
    if len(graph.outputs) != 1:
        raise InputError(
            f"sub-graph {shown(graph.name)} is a condition: it must have one output, it has {len(graph.outputs)}"
        )


def _check(body: GraphRecord, outputs: int, places: tuple[int, ...], given: int) -> None:
    """Every input of the body has a place, and the numbers of outputs agree."""
    if sorted(places) != list(range(len(body.inputs))) or given != len(places):
        raise InputError(f"sub-graph {shown(body.name)} takes {len(body.inputs)} inputs, {given} at {places} are given")
    if len(body.outputs) != outputs:
        raise InputError(f"sub-graph {shown(body.name)} has {len(body.outputs)} outputs, {outputs} are expected")
