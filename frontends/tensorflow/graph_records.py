"""A flat graph → plain records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.attributes import is_type, plain_attribute
from dldt.frontends.tensorflow.element_types import element_type
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.graph_node import FlatGraph, GraphNode, tensor_names
from dldt.frontends.tensorflow.tensor import tensor_shape

_HINTS = ("N", "output_shapes")
"""Attributes that change nothing in what is computed: they are dropped where an importer does not declare them."""
PLACEHOLDERS = ("Placeholder", "PlaceholderV2")
VARIABLES = ("VarHandleOp", "VariableV2", "Variable", "AutoReloadVariable")
_FIRST_WITH_SCALARS = 24
"""Before this version of graphs a placeholder of shape [] had any shape."""


@attrs.frozen(eq=False)
class GraphRecords:
    """Makes the records of one model. ``variables``: what variables hold, and constants that are stored elsewhere, by
    the names of their nodes."""

    file: Path
    variables: Mapping[str, TensorRecord]
    producer: int

    def graph(self, flat: FlatGraph, inputs: Mapping[str, DeclaredType], name: str = "") -> GraphRecord:
        """The record of a graph; the weights of its bodies are their own."""
        ports = _most_ports(flat)
        stored = {node.name: self._stored(node) for node in flat.nodes if node.op in ("Const", *VARIABLES)}
        given = {name.partition(":")[0] for name in inputs}
        kept = [node for node in flat.nodes if node.name not in stored and node.name not in given]
        return GraphRecord(name, tuple(self._node(node, ports) for node in kept), dict(inputs), flat.outputs, stored)

    def placeholder(self, node: GraphNode) -> DeclaredType:
        """What the graph says of an input."""
        dtype, shape = node.attributes.get("dtype"), node.attributes.get("shape")
        dims = None if shape is None else tensor_shape(shape.shape)
        if dims == () and self.producer < _FIRST_WITH_SCALARS:
            dims = None
        shapes = node.attributes.get("_output_shapes")
        if dims is None and shapes is not None and len(shapes.list.shape) == 1:
            dims = tensor_shape(shapes.list.shape[0])
        return DeclaredType(None if dtype is None else element_type(dtype.type), dims)

    def _node(self, node: GraphNode, ports: Mapping[str, int]) -> NodeRecord:
        importer = TENSORFLOW.find(node.op)
        declared = importer.signature.attributes if importer else {}
        plain = {
            name: plain_attribute(value)
            for name, value in node.attributes.items()
            if name[:1] != "_" and (name in declared or not (is_type(value) or name in _HINTS))
        }
        attributes: dict[str, Any] = {name: value for name, value in plain.items() if value is not None}
        for name, bodies in node.bodies.items():
            made = tuple(self.graph(body, dict.fromkeys(body.inputs, DeclaredType())) for body in bodies)
            attributes[name] = made if name == "branches" else made[0]
        names = tensor_names(node.name, ports.get(node.name, 0) + 1)
        outputs = node.outputs if node.bodies else (*node.outputs, *names[len(node.outputs) :])
        return NodeRecord(node.op, node.name, node.inputs, outputs, attributes)

    def _stored(self, node: GraphNode) -> TensorRecord:
        if node.name in self.variables:
            return self.variables[node.name]
        if node.op in VARIABLES:
            return _without_value(node, self.file)
        value = node.attributes.get("value")
        made = None if value is None else plain_attribute(value)
        if not isinstance(made, TensorRecord):
            raise InputError(f"{self.file}: constant {shown(node.name)} has no value")
        return made


def _without_value(node: GraphNode, file: Path) -> TensorRecord:
    def read(what: str) -> Any:
        raise InputError(
            f"{file}: variable {shown(node.name)} has no value here; freeze the graph, or name its checkpoint: "
            "--input_checkpoint FILE"
        )

    return TensorRecord(read)


def _most_ports(flat: FlatGraph) -> dict[str, int]:
    """For each node the last of its outputs that something reads."""
    most: dict[str, int] = {}
    pending = [flat]
    while pending:
        graph = pending.pop()
        names = [*graph.outputs, *(name for node in graph.nodes for name in node.inputs)]
        for name in names:
            node, _, port = name.partition(":")
            if port and node:
                most[node] = max(most.get(node, 0), int(port))
        pending += [body for node in graph.nodes for bodies in node.bodies.values() for body in bodies]
    return most
