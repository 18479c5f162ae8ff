"""Inputs and outputs of a graph changed after it was read: shapes, frozen inputs, cuts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from dldt.compiler.did_you_mean import did_you_mean
from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.listed import listed
from dldt.compiler.ops.convert import Convert
from dldt.compiler.shown import shown
from dldt.compiler.types import TensorType
from dldt.frontends.engine.input_spec import InputSpec
from dldt.frontends.engine.symbols import Symbols

_PORT = re.compile(r"(.+)[:.](\d{1,4})", re.DOTALL)


def cut_graph(
    graph: Graph, inputs: Mapping[str, InputSpec] | Sequence[InputSpec], outputs: Sequence[str] | None
) -> Graph:
    """``graph`` with the inputs fixed, frozen or moved, and with other outputs. Raises UsageError, ShapeError."""
    named = inputs if isinstance(inputs, Mapping) else _by_order(graph, inputs)
    symbols = Symbols()
    parameters = {name: value for value in graph.inputs for name in (value.node.name, *value.names)}
    tensors = _tensors(graph)
    shapes: dict[str, TensorType] = {}
    for name, spec in named.items():
        value = parameters.get(name) or _find(name, tensors, "input")
        type = _type(value, name, spec, symbols)
        if name in parameters and spec.value is None and type.dtype is value.type.dtype:
            shapes[value.node.name] = type
        else:
            _replace(graph, value, name, spec, type)
    if outputs is not None:
        _set_outputs(graph, [_find(name, tensors, "output") for name in outputs], outputs)
    if shapes:
        graph.retype(shapes)
    graph.prune()
    if outputs is not None or any(name not in parameters for name in named):
        for value in graph.inputs:
            if not value.is_used and value.node.name not in named:
                graph.remove_input(value)
    return graph


def _by_order(graph: Graph, specs: Sequence[InputSpec]) -> dict[str, InputSpec]:
    names = [value.node.name for value in graph.inputs]
    if len(specs) > len(names):
        raise UsageError(f"{len(specs)} shapes are given, there are {len(names)} inputs: {listed(names)}")
    return dict(zip(names, specs, strict=False))


def _tensors(graph: Graph) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for node in graph.order():
        for value in node.outputs:
            for name in (*value.names, value.name, node.name):
                found.setdefault(name, value)
    return found


def _find(name: str, tensors: Mapping[str, Value], kind: str) -> Value:
    if name in tensors:
        return tensors[name]
    match = _PORT.fullmatch(name)
    if match and match[1] in tensors and int(match[2]) < len(tensors[match[1]].node.types):
        return tensors[match[1]].node.outputs[int(match[2])]
    raise UsageError(f"{kind} {shown(name)}: no tensor or node has this name{did_you_mean(name, tensors)}")


def _type(value: Value, name: str, spec: InputSpec, symbols: Symbols) -> TensorType:
    if spec.shape is not None and len(spec.shape) != value.type.rank:
        raise UsageError(f"input {shown(name)}: rank {len(spec.shape)} is given, it is {value.type}")
    shape = value.type.shape if spec.shape is None else spec.dims(name, symbols)
    return TensorType(spec.dtype or value.type.dtype, shape)


def _replace(graph: Graph, value: Value, name: str, spec: InputSpec, type: TensorType) -> None:
    uses = value.uses
    if spec.value is not None:
        array = np.broadcast_to(np.asarray(spec.value, value.type.dtype.numpy), type.static_shape)
        made = graph.constant(np.ascontiguousarray(array), name=name)
    else:
        made = graph.parameter(name, type)
        if type.dtype is not value.type.dtype:
            made = Convert(value.type.dtype)(made, name=f"{name}/Convert")
    for node, port in uses:
        graph.rewire(node, port, made)
    if value in graph.inputs:
        graph.remove_input(value)


def _set_outputs(graph: Graph, values: Sequence[Value], names: Sequence[str]) -> None:
    for node in graph.outputs:
        graph.remove_output(node)
    for value, name in zip(values, names, strict=True):
        graph.result(value, value.names[0] if value.names else name)
