"""The reference interpreter: runs a graph through each operation's own ``evaluate``, in numpy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from dldt.compiler import dims
from dldt.compiler.errors import InternalError, ShapeError, UnsupportedError, UsageError
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.listed import listed
from dldt.compiler.ops.body import Body
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, SliceInput
from dldt.compiler.ops.control import If
from dldt.compiler.ops.core import Parameter, Result
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.ops.state import Assign, ReadValue
from dldt.compiler.shown import shown
from dldt.compiler.substitute import evaluate
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType, TensorType
from dldt.runtime.found_ranks import with_found_ranks

States: TypeAlias = dict[str, Array]
"""The variables of a model by name; one that was never assigned is not there."""


Entered: TypeAlias = Callable[[Graph, Sequence[Array]], None]
"""Hears of each run of a body, and of what it is given."""


def interpret(graph: Graph, inputs: Mapping[str, Array], states: States | None = None) -> dict[str, Array]:
    """The graph's outputs by name, for ``inputs`` by name. Inputs have the declared element types and shapes; a
    symbolic dim takes any size, but the same one wherever its name stands. ``states`` are the variables that earlier
    runs left; this one's are put there. Slow: the tests compare with it."""
    names = [value.node.name for value in graph.inputs]
    unknown = sorted(set(inputs) - set(names))
    if unknown:
        raise UsageError(f"there is no input {shown(unknown[0])}; the inputs are {listed(names)}")
    missing = [name for name in names if name not in inputs]
    if missing:
        raise UsageError(f"input {shown(missing[0])} is not given")
    arrays = [np.asarray(inputs[name]) for name in names]
    _check_inputs(names, [value.type for value in graph.inputs], arrays)
    made = run(graph, arrays, {} if states is None else states)
    results = [(node.name, node.op) for node in graph.outputs]
    ranks = {name: op.rank_of for name, op in results if isinstance(op, Result) and op.rank_of}
    return with_found_ranks({name: array for (name, _), array in zip(results, made, strict=True)}, ranks)


def run(graph: Graph, inputs: Sequence[Array], states: States | None = None) -> list[Array]:
    """The outputs in order for the inputs in order; a value is dropped after its last use. Variables are read as they
    are at the start, and change at the end."""
    values: dict[Value, Array] = dict(zip(graph.inputs, inputs, strict=True))
    outputs: dict[int, Array] = {}
    assigned: States = {}
    order = graph.order()
    left = Counter(value for node in order for value in node.inputs if value is not None)
    for node in order:
        if isinstance(node.op, Parameter):
            continue
        arguments = [None if value is None else values[value] for value in node.inputs]
        results = evaluate_node(node, arguments, states)
        if isinstance(node.op, Result):
            outputs[node.id] = results[0]
        else:
            values.update((v, x) for v, x in zip(node.outputs, results, strict=True) if left[v])
        if isinstance(node.op, Assign):
            assigned[node.op.variable_id] = results[0]
        for value in node.inputs:
            _drop(values, left, value)
    if states is not None:
        states.update(assigned)
    return [outputs[node.id] for node in graph.outputs]


def evaluate_node(
    node: Node, arguments: list[Array | None], states: States | None = None, entered: Entered = lambda body, given: None
) -> list[Array]:
    """The outputs of one node, whose bodies run where it has such: ``entered`` hears of it."""
    op = node.op
    given = [x for x in arguments if x is not None]
    if op.has(Trait.STATEFUL) and states is None:
        raise UnsupportedError(f"{node}: a variable inside the body of an If or of a loop is not supported")
    if isinstance(op, If):
        body = _graph(op.choose(given[0]))
        entered(body, given[1:])
        results = run(body, given[1:])
    elif isinstance(op, Repetition):
        results = _repeat(op, given, entered)
    elif isinstance(op, ReadValue):
        known = (states or {}).get(op.variable_id)
        results = [op.first(arguments[0] if arguments else None) if known is None else known]
    else:
        made = op.evaluate(*arguments)
        results = [np.asarray(x) for x in (made if isinstance(made, tuple) else (made,))]
    for result, t in zip(results, node.types, strict=True):
        if result.dtype != t.dtype.numpy or result.ndim != t.rank:
            raise InternalError(f"{node} evaluates to {result.dtype}{list(result.shape)}, its type is {t}")
    return results


def _graph(body: Body) -> Graph:
    assert isinstance(body, Graph)
    return body


def _repeat(op: Repetition, inputs: list[Array], entered: Entered) -> list[Array]:
    """Turn by turn. A loop without a turn gives empty scan outputs and the carried values as they came."""
    body = _graph(op.body)
    limits = [int(evaluate(port.turns(inputs[port.input].shape[port.axis]), {})) for port in op.sliced]
    if op.trip_count is not None and inputs[op.trip_count].item() >= 0:
        limits.append(int(inputs[op.trip_count].item()))
    carried = {port.parameter: inputs[port.input] for port in op.carried}
    going = op.condition is None or bool(inputs[op.condition].item())
    parts: list[list[Array]] = [[] for _ in op.scans]
    results: list[Array] | None = None
    turn = 0
    while going and all(turn < limit for limit in limits):
        given = {**carried, **{port.parameter: inputs[port.input] for port in op.invariant}}
        given.update((port.parameter, _part(port, inputs[port.input], turn)) for port in op.sliced)
        if op.current_iteration is not None:
            t = body.inputs[op.current_iteration].type
            given[op.current_iteration] = np.full(t.static_shape, turn, t.dtype.numpy)
        arrays = [given[i] for i in range(len(body.inputs))]
        entered(body, arrays)
        results = run(body, arrays)
        carried = {port.parameter: results[port.result] for port in op.carried}
        for (_, scan), found in zip(op.scans, parts, strict=True):
            found.append(results[scan.result])
        going = op.body_condition is None or bool(results[op.body_condition].item())
        turn += 1
    joined = dict(zip([i for i, _ in op.scans], map(_joined, [body] * len(parts), op.scans, parts), strict=True))
    last = {i: _last(op, port, carried, results) for i, port in op.last_values}
    return [{**joined, **last}[i] for i in range(len(op.output_map))]


def _part(port: SliceInput, array: Array, turn: int) -> Array:
    axis = port.axis
    index = [slice(None)] * array.ndim
    index[axis] = port.place(turn, array.shape[axis])
    return array[tuple(index)]


def _joined(body: Graph, scan: tuple[int, ConcatOutput], parts: list[Array]) -> Array:
    port = scan[1]
    if parts:
        return np.concatenate(parts if port.stride > 0 else parts[::-1], axis=port.axis)
    t = body.output_values[port.result].type
    axis = port.axis
    return np.zeros([0 if i == axis or not isinstance(d, int) else d for i, d in enumerate(t.shape)], t.dtype.numpy)


def _last(op: Repetition, port: BodyOutput, carried: Mapping[int, Array], results: list[Array] | None) -> Array:
    if results is not None:
        return results[port.result]
    found = [carried[c.parameter] for c in op.carried if c.result == port.result]
    if not found:
        raise ShapeError(f"{op.type}: the loop {shown(op.body.name)} had no turn, and its output is no carried value")
    return found[0]


def _drop(values: dict[Value, Array], left: Counter[Value], value: Value | None) -> None:
    if value is None:
        return
    left[value] -= 1
    if left[value] == 0:
        values.pop(value, None)


def _check_inputs(names: list[str], types: list[TensorType], arrays: list[Array]) -> None:
    """UsageError unless the arrays have the declared types and shapes, symbols bound to one size each."""
    bound: dict[dims.Symbol, int] = {}
    for name, t, array in zip(names, types, arrays, strict=True):
        if DType.of(array.dtype) is not t.dtype:
            raise UsageError(f"input {shown(name)} takes {t.dtype}, {array.dtype} is given")
        if array.ndim != t.rank:
            raise UsageError(f"input {shown(name)} takes {t}, an array of shape {list(array.shape)} is given")
        for dim, size in zip(t.shape, array.shape, strict=True):
            for symbol in dims.symbols(dim):
                if dim == symbol.dim:
                    bound.setdefault(symbol, size)
    for name, t, array in zip(names, types, arrays, strict=True):
        try:
            wanted = tuple(evaluate(dim, bound) for dim in t.shape)
        except ShapeError as error:
            raise UsageError(f"input {shown(name)}: {error}") from error
        if wanted != array.shape:
            raise UsageError(f"input {shown(name)} takes {t}, an array of shape {list(array.shape)} is given")
