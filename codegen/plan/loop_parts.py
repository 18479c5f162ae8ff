"""Loops whose parts lie one behind the other in memory: every slice and every scan output along the first axis, of
size 1, over the whole tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
import numpy as np

from dldt.compiler import ops
from dldt.compiler.dims import Dim
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.ops.body_ports import (
    ConcatOutput,
    InputPort,
    MergedInput,
    OutputPort,
    SliceInput,
    Slices,
)
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.types import Shape
from dldt.passes.reshape_to import reshape_to

Step: TypeAlias = Callable[[Value], Value]


def normalize_parts(graph: Graph) -> Graph:
    """The graph with its loops so: a copy if one has to change, else the graph itself. A port that walks backward has
    the stride -1 and still does so.

    Raises UnsupportedError naming a loop whose parts overlap, or have gaps between them."""
    if not any(_odd(inner) for inner in graph.walk()):
        return graph
    made = graph.copy()
    for inner in made.walk():
        for node in _odd(inner):
            _normalize(inner, node)
    return made


def _odd(graph: Graph) -> list[Node]:
    """The loops that have a port to change."""
    loops = [node for node in graph.order() if isinstance(node.op, Repetition)]
    return [node for node in loops if any(isinstance(p, Slices) and not _is_plain(p) for p in _ports(node))]


def _ports(node: Node) -> tuple[InputPort | OutputPort, ...]:
    op: Any = node.op
    return (*op.input_map, *op.output_map)


def _is_plain(port: Slices) -> bool:
    return port.axis == 0 and port.part_size == 1 and port.is_whole


@attrs.define
class _Ports:
    """The ports of a loop with the Parameters and Results of its body themselves, whose positions change."""

    parameters: dict[int, Value]
    results: dict[int, Node]

    def rebuilt(self, op: Any) -> Repetition:
        """The operation with the positions that they have now."""
        inputs, outputs = op.body.inputs, op.body.outputs
        place = {i: inputs.index(value) for i, value in self.parameters.items()}
        result = {i: outputs.index(node) for i, node in self.results.items()}
        changed: dict[str, Any] = {
            "input_map": tuple(_moved(port, place, result) for port in op.input_map),
            "output_map": tuple(attrs.evolve(port, result=result[port.result]) for port in op.output_map),
        }
        if isinstance(op, ops.Loop):
            changed["condition_result"] = result[op.condition_result]
            at = op.iteration_parameter
            changed["iteration_parameter"] = None if at is None else place[at]
        made: Repetition = attrs.evolve(op, **changed)
        return made


def _moved(port: InputPort, place: dict[int, int], result: dict[int, int]) -> InputPort:
    if isinstance(port, MergedInput):
        return attrs.evolve(port, parameter=place[port.parameter], result=result[port.result])
    return attrs.evolve(port, parameter=place[port.parameter])


def _normalize(graph: Graph, node: Node) -> None:
    op = node.op
    assert isinstance(op, Repetition)
    body: Any = op.body
    ports = _Ports(dict(enumerate(body.inputs)), dict(enumerate(body.outputs)))
    inputs = [value for value in node.inputs if value is not None]
    input_map: list[InputPort] = []
    for port in op.input_map:
        if isinstance(port, SliceInput) and not _is_plain(port):
            inputs.append(_gathered(node, port, inputs[port.input]))
            ports.parameters[port.parameter] = _sliced(body, port, ports.parameters[port.parameter])
            port = SliceInput(0, *_ends(port), input=len(inputs) - 1, parameter=port.parameter)
        input_map.append(port)
    finish: dict[int, Step] = {}
    output_map: list[OutputPort] = []
    for i, out in enumerate(op.output_map):
        if isinstance(out, ConcatOutput) and not _is_plain(out):
            added = len(ports.results)
            value = ports.results[out.result].inputs[0]
            assert value is not None
            finish[i] = _spread(node, out, value.type.shape)
            ports.results[added] = body.result(_stacked(out, value), f"{ports.results[out.result].name}/part_{i}")
            out = ConcatOutput(0, *_ends(out), result=added)
        output_map.append(out)
    ports.results = _needed(body, op, ports.results, output_map)
    changed = ports.rebuilt(attrs.evolve(op, input_map=tuple(input_map), output_map=tuple(output_map)))
    made = graph.add(changed, inputs, name=node.name)
    for i, (old, new) in enumerate(zip(node.outputs, made, strict=True)):
        graph.replace(old, finish[i](new) if i in finish else new)
    graph.discard(node)


def _ends(port: Slices) -> tuple[int, int, int, int]:
    return (0, 1, 1, -1) if port.stride > 0 else (-1, -1, 1, 0)


def _needed(body: Graph, op: Any, results: dict[int, Node], output_map: list[OutputPort]) -> dict[int, Node]:
    """The Results that a port still names; the others go."""
    used = {port.result for port in output_map} | {port.result for port in op.carried}
    used |= {op.condition_result} if isinstance(op, ops.Loop) else set()
    for i, node in results.items():
        if i not in used:
            body.remove_output(node)
    body.prune()
    return {i: node for i, node in results.items() if i in used}


def _gathered(node: Node, port: SliceInput, value: Value) -> Value:
    """Outside: the parts as the first axis, those that are walked."""
    axis = port.axis
    moved = _transposed(value, _to_front(axis, value.type.rank))
    size = moved.type.shape[0]
    if port.part_size > 1 and abs(port.stride) != port.part_size:
        raise UnsupportedError(
            f"{node}: its parts of {port.part_size} lie {abs(port.stride)} apart; only parts that lie one behind the "
            "other are supported"
        )
    moved = _walked(port, moved, size)
    if port.part_size == 1:
        return moved
    count = port.turns(size)
    return _reshaped(node, moved, (count, port.part_size, *moved.type.shape[1:]))


def _walked(port: Slices, value: Value, size: Dim) -> Value:
    """The elements of the first axis that belong to parts, in the order of memory."""
    if port.is_whole and (port.part_size == 1 or size == port.turns(size) * port.part_size):
        return value
    step = abs(port.stride) if port.part_size == 1 else 1
    count = port.turns(size) * (1 if step > 1 else port.part_size)
    first = port.start if port.stride > 0 else port.end
    if isinstance(size, int) and isinstance(count, int):
        start = port.start if port.start >= 0 else size + port.start
        low = start if port.stride > 0 else start - (count - 1) * step
        return _cut(value, low, low + (count - 1) * step + 1, step)
    if port.stride > 0 and port.part_size == 1:
        return _cut(value, first, _behind(port.end), step)
    if step == 1 and port.part_size == 1:
        return _cut(value, first, _behind(port.start), step)
    raise UnsupportedError(
        f"a loop takes parts of {port.part_size} from {port.start} to {port.end}, {abs(port.stride)} apart, of a "
        "tensor whose size is not known when compiling; fix the shape of the model's inputs (--input)"
    )


def _behind(last: int) -> int:
    """The end of a slice whose last element is at ``last``."""
    return np.iinfo(np.int64).max if last == -1 else last + 1


def _cut(value: Value, start: int, stop: int, step: int) -> Value:
    return ops.Slice()(value, *(np.array([number], np.int64) for number in (start, stop, step, 0)))


def _sliced(body: Graph, port: SliceInput, old: Value) -> Value:
    """Inside: a Parameter for a part of the new kind; ``old`` is made from it and is no Parameter any more."""
    shape = old.type.shape
    axis = port.axis
    rest = (*shape[:axis], *shape[axis + 1 :])
    part = rest if port.part_size == 1 else (port.part_size, *rest)
    made = body.parameter(f"{old.node.name}/part", attrs.evolve(old.type, shape=(1, *part)))
    plain = ops.Squeeze()(made, np.array([0], np.int64))
    if port.part_size == 1:
        placed = ops.Unsqueeze()(plain, np.array([axis], np.int64))
    else:
        placed = _transposed(plain, _from_front(axis, len(shape)))
    names = old.names
    body.rename(old, ())
    body.replace(old, placed)
    body.rename(placed, names)
    body.remove_input(old)
    return made


def _stacked(port: ConcatOutput, value: Value) -> Value:
    """Inside: a part with its new first axis."""
    rank = value.type.rank
    axis = port.axis
    if port.part_size == 1:
        value = ops.Squeeze()(value, np.array([axis], np.int64))
    else:
        value = _transposed(value, _to_front(axis, rank))
    return ops.Unsqueeze()(value, np.array([0], np.int64))


def _spread(node: Node, port: ConcatOutput, part: Shape) -> Step:
    """Outside: the scan output with its axis where it was."""
    axis = port.axis

    def finish(value: Value) -> Value:
        if port.part_size > 1:
            count = value.type.shape[0] * port.part_size
            value = _reshaped(node, value, (count, *value.type.shape[2:]))
        return _transposed(value, _from_front(axis, len(part)))

    return finish


def _reshaped(node: Node, value: Value, shape: Shape) -> Value:
    made = reshape_to(value, shape)
    if made is None:
        raise UnsupportedError(
            f"{node}: parts of more than one element of {value.type} are supported only where all other dims are "
            "known; fix the shape of the model's inputs (--input)"
        )
    return made


def _to_front(axis: int, rank: int) -> list[int]:
    return [axis, *(i for i in range(rank) if i != axis)]


def _from_front(axis: int, rank: int) -> list[int]:
    return [*range(1, axis + 1), 0, *range(axis + 1, rank)]


def _transposed(value: Value, order: list[int]) -> Value:
    if order == sorted(order):
        return value
    return ops.Transpose()(value, np.array(order, np.int64))
