"""A graph whose inputs and outputs a signature names → a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.shown import shown
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.tensorflow.element_types import element_type
from dldt.frontends.tensorflow.flatten import Flatten
from dldt.frontends.tensorflow.function_library import FunctionLibrary
from dldt.frontends.tensorflow.graph_node import GraphNode
from dldt.frontends.tensorflow.graph_nodes import checked_text
from dldt.frontends.tensorflow.graph_records import PLACEHOLDERS, VARIABLES, GraphRecords
from dldt.frontends.tensorflow.loaded import Loaded
from dldt.frontends.tensorflow.needed_nodes import needed_nodes
from dldt.frontends.tensorflow.pipeline_inputs import pipeline_inputs
from dldt.frontends.tensorflow.tensor import tensor_shape


def signed_record(
    nodes: Mapping[str, GraphNode], library: FunctionLibrary, signature: Any, records: GraphRecords, file: Path
) -> Loaded:
    """The record of what a SignatureDef computes: its inputs and outputs have the signature's names. Raises InputError
    and UnsupportedError."""
    inputs, outputs = (
        {key: _tensor(infos[key], key, nodes, file) for key in sorted(checked_text(key, file) for key in infos)}
        for infos in (signature.inputs, signature.outputs)
    )
    if not outputs:
        raise InputError(f"{file}: the signature has no outputs")
    given = {key if key == tensor or key not in nodes else tensor: (key, tensor) for key, tensor in inputs.items()}
    cut = {tensor for _, tensor in given.values()}
    kept = [node for node in nodes.values() if cut.isdisjoint(node.outputs)]
    flatten = Flatten(library, file)
    for name, (_, tensor) in given.items():
        if name != tensor:
            flatten.rename(tensor, name)
    flat = flatten.graph(needed_nodes(kept, outputs.values(), controls=True), (), tuple(outputs.values()))
    _refuse_changes(flatten, flat.nodes, file)
    declared = {
        name: _declared(signature.inputs[key], nodes[tensor.partition(":")[0]], records)
        for name, (key, tensor) in given.items()
    }
    declared |= {node.name: records.placeholder(node) for node in flat.nodes if node.op in PLACEHOLDERS}
    declared |= pipeline_inputs(flat)
    record = records.graph(flat, declared)
    names = {key: name for name, (key, tensor) in given.items() if key != name}
    names |= {tensor: name for name, (_, tensor) in given.items() if tensor != name}
    return Loaded(_with_names(record, tuple(outputs), nodes), names)


def _with_names(record: GraphRecord, keys: Sequence[str], nodes: Mapping[str, GraphNode]) -> GraphRecord:
    """The record, its outputs called by the keys of the signature where nothing else has that name."""
    taken = {*record.inputs, *nodes, *record.initializers}
    named = {key: name for key, name in zip(keys, record.outputs, strict=True) if key == name or key not in taken}
    added = tuple(NodeRecord("Identity", key, (name,), (key,)) for key, name in named.items() if key != name)
    outputs = tuple(key if key in named else name for key, name in zip(keys, record.outputs, strict=True))
    return attrs.evolve(record, nodes=(*record.nodes, *added), outputs=outputs)


def _refuse_changes(flatten: Flatten, nodes: Sequence[GraphNode], file: Path) -> None:
    """What the model computes must not depend on variables that it changes."""
    read = {name for node in nodes for name in node.inputs} | {node.name for node in nodes}
    variables = {node.name for node in nodes if node.op in VARIABLES}
    for node in flatten.written:
        name = flatten.name(node.inputs[0]) if node.inputs else ""
        if name in variables & read:
            raise UnsupportedError(
                f"{file}: the model changes its variable {shown(name)} while it runs (node {shown(node.name)}, "
                f"{node.op}), which is not supported; export a signature that hands the state in and out"
            )


def _tensor(info: Any, key: str, nodes: Mapping[str, GraphNode], file: Path) -> str:
    node, _, port = checked_text(info.name, file).partition(":")
    if node not in nodes or (port and not port.isdecimal()) or len(port) > 5:
        raise InputError(
            f"{file}: the signature names {shown(info.name)} for {shown(key)}, which the graph does not have"
        )
    return node if port in ("", "0") else f"{node}:{port}"


def _declared(info: Any, node: GraphNode, records: GraphRecords) -> DeclaredType:
    """What the signature says of an input or, where it says nothing, the graph."""
    if node.op in PLACEHOLDERS and not (info.dtype and info.HasField("tensor_shape")):
        return records.placeholder(node)
    return DeclaredType(element_type(info.dtype), tensor_shape(info.tensor_shape))
