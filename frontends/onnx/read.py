"""Bytes of an .onnx file → a checked model: protobuf, operation sets, names."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it has no stubs

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.safe_open import LINKS, map_regular
from dldt.compiler.shown import shown
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.sniff import looks_like
from dldt.frontends.onnx.external import ExternalFiles
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.functions import Functions
from dldt.frontends.onnx.lift_weights import lift_weights
from dldt.frontends.onnx.records import MAX_NESTING, Records

_MAX_BYTES = 1 << 31
_MAX_METADATA = 4096
_NEWEST_IR = onnx.IR_VERSION
_log = logging.getLogger(__name__)


def read_onnx(path: str | os.PathLike[str]) -> ModelRecord:
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
    _check_text(file, proto.graph)
    for function in proto.functions:
        _check_text(file, function)
    functions = Functions({(function.domain, function.name): function for function in proto.functions})
    files = ExternalFiles(file.parent, file.name, data, follow=LINKS.get())
    graph = Records(file, opsets, files, functions).graph(proto.graph)
    if not graph.outputs:
        raise InputError(f"{file}: the graph has no outputs")
    return ModelRecord(ONNX, file, graph, _metadata(proto))


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
            about = f"its messages are nested too deep (sub-graphs may be, {MAX_NESTING} levels)"
        raise InputError(f"{file}: not an ONNX model: {about}") from error
    if not proto.HasField("graph") or not proto.ir_version:
        about = f"it looks like {kind}" if kind else "it has no graph (truncated, or a protobuf of another kind)"
        raise InputError(f"{file}: not an ONNX model: {about}")
    return proto


def _opsets(file: Path, proto: Any) -> dict[str, int]:
    opsets: dict[str, int] = {}
    for entry in proto.opset_import:
        domain = "" if entry.domain == "ai.onnx" else entry.domain
        if opsets.get(domain, entry.version) != entry.version:
            raise InputError(
                f"{file}: opset_import gives domain {shown(domain or 'ai.onnx')} two versions, {opsets[domain]} and "
                f"{entry.version}"
            )
        opsets[domain] = entry.version
    if not opsets:
        raise InputError(f"{file}: the model has no opset_import, so its operations have no defined meaning")
    for domain, version in opsets.items():
        if not 1 <= version <= 10000:
            raise InputError(f"{file}: opset_import gives the absurd version {version} to {shown(domain or 'ai.onnx')}")
    if opsets.get("", 1) > ONNX.newest:
        raise UnsupportedError(
            f"{file}: operation set {opsets['']} is newer than {ONNX.newest}, the newest supported; export the model "
            f"with opset_version={ONNX.newest} or less"
        )
    return opsets


def _check_text(file: Path, graph: Any) -> None:
    """Refuse names that are not UTF-8, which protobuf hands out as bytes. Without recursion."""
    pending = [graph]
    while pending:
        current = pending.pop()
        texts = [current.name]
        if isinstance(current, onnx.FunctionProto):
            texts += [current.domain, *current.input, *current.output, *current.attribute]
        else:
            texts += _graph_texts(current)
        for node in current.node:
            texts += [node.name, node.op_type, node.domain, *node.input, *node.output]
            for attribute in node.attribute:
                texts += [attribute.name, attribute.ref_attr_name]
                pending += [*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs]
        wrong = next((text for text in texts if not isinstance(text, str)), None)
        if wrong is not None:
            raise InputError(f"{file}: the name {shown(wrong)} is not valid UTF-8")


def _graph_texts(graph: Any) -> list[Any]:
    """The names in a graph, but for those of its nodes."""
    texts: list[Any] = []
    for info in [*graph.input, *graph.output, *graph.value_info]:
        texts += [info.name, *(dim.dim_param for dim in info.type.tensor_type.shape.dim)]
    texts += [tensor.name for tensor in graph.initializer]
    return texts + [tensor.values.name for tensor in graph.sparse_initializer]
