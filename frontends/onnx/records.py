"""A GraphProto as plain records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dldt.compiler.errors import InputError
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.onnx.attributes import plain_attribute
from dldt.frontends.onnx.declared_type import declared_type
from dldt.frontends.onnx.external import ExternalFiles
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.functions import Functions
from dldt.frontends.onnx.tensor import read_sparse, read_tensor

MAX_NESTING = 32
"""How deep sub-graphs may lie in one another."""


class Records:
    """Makes the records of the graphs in ``file``. ``opsets``: the version of each operation domain; ``functions``:
    what the nodes may call; ``given``: in a function, the attributes of the node that calls it."""

    def __init__(
        self,
        file: Path,
        opsets: dict[str, int],
        files: ExternalFiles,
        functions: Functions,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self._file = file
        self._opsets = opsets
        self._files = files
        self._functions = functions
        self._given = given

    def function(self, proto: Any, functions: Functions, given: Mapping[str, Any]) -> GraphRecord:
        """The record of a FunctionProto for the attributes that a node gives."""
        own = {"" if entry.domain == "ai.onnx" else entry.domain: entry.version for entry in proto.opset_import}
        opsets = {"": ONNX.newest, **self._opsets, **own}
        defaults = {each.name: plain_attribute(each, (), self._files) for each in proto.attribute_proto}
        inner = Records(self._file, opsets, self._files, functions, {**defaults, **given})
        return GraphRecord(
            name=proto.name,
            nodes=tuple(inner._node(node, 0) for node in proto.node),
            inputs=dict.fromkeys(proto.input, DeclaredType()),
            outputs=tuple(proto.output),
        )

    def graph(self, proto: Any, depth: int = 0) -> GraphRecord:
        """The record of a GraphProto. Raises InputError on names that are missing or there twice."""
        if depth > MAX_NESTING:
            raise InputError(f"{self._file}: sub-graphs are nested more than {MAX_NESTING} deep")
        initializers = self._initializers(proto)
        inputs: dict[str, Any] = {}
        for info in proto.input:
            if info.name in inputs or not info.name:
                raise InputError(f"{self._file}: there are two inputs named {shown(info.name)}, or one without a name")
            inputs[info.name] = info.type
        outputs = tuple(info.name for info in proto.output)
        return GraphRecord(
            name=proto.name,
            nodes=tuple(self._node(node, depth) for node in proto.node),
            inputs={name: declared_type(type) for name, type in inputs.items() if name not in initializers},
            outputs=outputs,
            initializers=initializers,
            types={info.name: declared_type(info.type) for info in [*proto.value_info, *proto.output]},
        )

    def _initializers(self, proto: Any) -> dict[str, TensorRecord]:
        found: dict[str, TensorRecord] = {}
        dense = [(tensor.name, self._dense(tensor)) for tensor in proto.initializer]
        sparse = [(tensor.values.name, self._sparse(tensor)) for tensor in proto.sparse_initializer]
        for name, record in [*dense, *sparse]:
            if not name:
                raise InputError(f"{self._file}: an initialiser has no name")
            if name in found:
                raise InputError(f"{self._file}: there are two initialisers named {shown(name)}")
            found[name] = record
        return found

    def _dense(self, proto: Any) -> TensorRecord:
        return TensorRecord(lambda what: read_tensor(proto, self._files, what))

    def _sparse(self, proto: Any) -> TensorRecord:
        return TensorRecord(lambda what: read_sparse(proto, self._files, what))

    def _node(self, proto: Any, depth: int) -> NodeRecord:
        attributes: dict[str, Any] = {}
        title = f"{proto.op_type} {shown(proto.name or next(iter(proto.output), ''))}"
        for given in proto.attribute:
            if given.ref_attr_name and self._given is not None:
                if given.ref_attr_name in self._given:
                    attributes[given.name] = self._given[given.ref_attr_name]
                continue
            if given.name in attributes:
                raise InputError(f"{self._file}: {printable(title)} has attribute {shown(given.name)} twice")
            graphs = [*([given.g] if given.HasField("g") else []), *given.graphs]
            bodies = tuple(self.graph(graph, depth + 1) for graph in graphs)
            attributes[given.name] = plain_attribute(given, bodies, self._files)
        if not proto.op_type:
            raise InputError(f"{self._file}: node {shown(proto.name)} names no operation")
        domain = "" if proto.domain == "ai.onnx" else proto.domain
        version = self._opsets.get(domain, 0)
        known = ONNX.find(proto.op_type, version, domain) is not None
        definition = self._functions.definition(proto, version, known, attributes, self.function)
        inputs, outputs = tuple(proto.input), tuple(proto.output)
        return NodeRecord(proto.op_type, proto.name, inputs, outputs, attributes, version, domain, definition)
