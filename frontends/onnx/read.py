"""Bytes of an .onnx file → a checked model: protobuf, operation sets, graphs as records."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import attrs
import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it has no stubs

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.safe_open import map_regular
from dldt.frontends.onnx.external import ExternalFiles
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.lift_weights import lift_weights
from dldt.frontends.onnx.record import GraphRecord, NodeRecord
from dldt.frontends.sniff import looks_like

_MAX_BYTES = 1 << 31
_MAX_NESTING = 32
_MAX_METADATA = 4096
_NEWEST_IR = onnx.IR_VERSION
_log = logging.getLogger(__name__)


@attrs.frozen(eq=False)
class OnnxModel:
    """A model file: where it is, its graph, and the version of each operation domain."""

    path: Path
    graph: GraphRecord
    opsets: dict[str, int]
    metadata: dict[str, str]
    files: ExternalFiles


def read_onnx(path: str | os.PathLike[str]) -> OnnxModel:
    """The model in an .onnx file; its large tensors are views of the file, external data is not touched
    yet. Raises InputError, UnsupportedError."""
    file = Path(path)
    data = map_regular(file, max_bytes=_MAX_BYTES)
    if not data:
        raise InputError(f"{file}: the file is empty")
    proto = _parse(file, data)
    if proto.ir_version > _NEWEST_IR:
        _log.warning("%s: IR version %d is newer than %d, the newest known", file, proto.ir_version, _NEWEST_IR)
    opsets = _opsets(file, proto)
    if len(proto.functions):
        names = ", ".join(f"{f.domain}::{f.name}" for f in proto.functions[:5])
        raise UnsupportedError(
            f"{file}: the model has functions of its own ({names}); inline them first, with "
            "onnx.inliner.inline_local_functions"
        )
    _check_text(file, proto.graph)
    graph = _graph(file, proto.graph, 0)
    if not graph.nodes:
        raise InputError(f"{file}: the graph has no nodes")
    if not graph.outputs:
        raise InputError(f"{file}: the graph has no outputs")
    return OnnxModel(file, graph, opsets, _metadata(proto), ExternalFiles(file.parent, file.name, data))


def _metadata(proto: Any) -> dict[str, str]:
    """The model's own key/value pairs, as far as they are short text under a plain key."""
    pairs = [(p.key, p.value) for p in proto.metadata_props]
    plain = [(k, v) for k, v in pairs if isinstance(k, str) and isinstance(v, str) and k.isidentifier()]
    return {key: value for key, value in plain if len(value) <= _MAX_METADATA and value.isprintable()}


def _parse(file: Path, data: memoryview) -> Any:
    proto = onnx.ModelProto()
    kind = looks_like(bytes(data[:512]))
    try:
        proto.ParseFromString(lift_weights(data, file.name))
    except DecodeError as error:
        about = f"it looks like {kind}" if kind else "it is truncated, damaged or of another format"
        if "depth" in str(error).lower():
            about = f"its messages are nested too deep (sub-graphs may be, {_MAX_NESTING} levels)"
        raise InputError(f"{file}: not an ONNX model: {about}") from error
    if not proto.HasField("graph") or not proto.ir_version:
        about = f"it looks like {kind}" if kind else "it has no graph (truncated, or a protobuf of another kind)"
        raise InputError(f"{file}: not an ONNX model: {about}")
    return proto


def _opsets(file: Path, proto: Any) -> dict[str, int]:
    opsets: dict[str, int] = {}
    for entry in proto.opset_import:
        domain = "" if entry.domain == "ai.onnx" else entry.domain
        if domain in opsets:
            raise InputError(f"{file}: opset_import names domain {domain or 'ai.onnx'!r} twice")
        opsets[domain] = entry.version
    if not opsets:
        raise InputError(f"{file}: the model has no opset_import, so its operations have no defined meaning")
    for domain, version in opsets.items():
        if not 1 <= version <= 10000:
            raise InputError(f"{file}: opset_import gives the absurd version {version} to {domain or 'ai.onnx'!r}")
    if opsets.get("", 1) > ONNX.newest:
        raise UnsupportedError(
            f"{file}: operation set {opsets['']} is newer than {ONNX.newest}, the newest supported; export the model "
            f"with opset_version={ONNX.newest} or less"
        )
    return opsets


def _graph(file: Path, proto: Any, depth: int) -> GraphRecord:
    if depth > _MAX_NESTING:
        raise InputError(f"{file}: sub-graphs are nested more than {_MAX_NESTING} deep")
    initializers: dict[str, Any] = {}
    for name, tensor in [
        *((t.name, t) for t in proto.initializer),
        *((t.values.name, t) for t in proto.sparse_initializer),
    ]:
        if not name:
            raise InputError(f"{file}: an initialiser has no name")
        if name in initializers:
            raise InputError(f"{file}: there are two initialisers named {name!r}")
        initializers[name] = tensor
    inputs: dict[str, Any] = {}
    for info in proto.input:
        if info.name in inputs or not info.name:
            raise InputError(f"{file}: there are two inputs named {info.name!r}, or one without a name")
        inputs[info.name] = info.type
    outputs = tuple(info.name for info in proto.output)
    if len(set(outputs)) != len(outputs):
        raise InputError(f"{file}: an output is listed twice: {', '.join(outputs[:20])}")
    return GraphRecord(
        name=proto.name,
        nodes=tuple(_node(file, node, depth) for node in proto.node),
        initializers=initializers,
        inputs={name: type for name, type in inputs.items() if name not in initializers},
        outputs=outputs,
        value_types={info.name: info.type for info in [*proto.value_info, *proto.output]},
    )


def _check_text(file: Path, graph: Any) -> None:
    """Refuse names that are not UTF-8, which protobuf hands out as bytes. Without recursion."""
    pending = [graph]
    while pending:
        current = pending.pop()
        texts = [current.name]
        for info in [*current.input, *current.output, *current.value_info]:
            texts += [info.name, *(dim.dim_param for dim in info.type.tensor_type.shape.dim)]
        texts += [tensor.name for tensor in current.initializer]
        texts += [tensor.values.name for tensor in current.sparse_initializer]
        for node in current.node:
            texts += [node.name, node.op_type, node.domain, *node.input, *node.output]
            for attribute in node.attribute:
                texts += [attribute.name, attribute.ref_attr_name]
                pending += [*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs]
        wrong = next((text for text in texts if not isinstance(text, str)), None)
        if wrong is not None:
            raise InputError(f"{file}: the name {wrong!r} is not valid UTF-8")


def _node(file: Path, proto: Any, depth: int) -> NodeRecord:
    attributes: dict[str, Any] = {}
    bodies: dict[str, GraphRecord] = {}
    title = f"{proto.op_type} {proto.name or next(iter(proto.output), '')!r}"
    for attribute in proto.attribute:
        if attribute.name in attributes:
            raise InputError(f"{file}: {title} has attribute {attribute.name!r} twice")
        attributes[attribute.name] = attribute
        if attribute.HasField("g"):
            bodies[attribute.name] = _graph(file, attribute.g, depth + 1)
        for position, body in enumerate(attribute.graphs):
            bodies[f"{attribute.name}.{position}"] = _graph(file, body, depth + 1)
    if not proto.op_type:
        raise InputError(f"{file}: node {proto.name!r} names no operation")
    domain = "" if proto.domain == "ai.onnx" else proto.domain
    return NodeRecord(proto.op_type, domain, proto.name, tuple(proto.input), tuple(proto.output), attributes, bodies)
