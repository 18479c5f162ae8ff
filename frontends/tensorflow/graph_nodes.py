"""A GraphDef → its nodes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.tensorflow.graph_node import GraphNode, tensor_name, tensor_names
from dldt.frontends.tensorflow.output_names import output_counts


def graph_nodes(protos: Iterable[Any], file: Path) -> dict[str, GraphNode]:
    """The nodes of a GraphDef by name. Raises InputError on a name that is missing, there twice, or no text."""
    nodes: dict[str, GraphNode] = {}
    for proto in protos:
        name = checked_text(proto.name, file)
        if not name or ":" in name:
            raise InputError(f"{file}: {shown(name)} is not the name of a node")
        if name in nodes:
            raise InputError(f"{file}: two nodes are called {shown(name)}")
        texts = [checked_text(text, file) for text in proto.input]
        inputs = tuple(_tensor(text, file) for text in texts if not text.startswith("^"))
        controls = tuple(text[1:] for text in texts if text.startswith("^"))
        attributes = dict(proto.attr)
        outputs = tensor_names(name, sum(output_counts(proto.op, attributes).values()))
        op = checked_text(proto.op, file)
        nodes[name] = GraphNode(op, name, inputs, outputs, attributes, controls=controls)
    return nodes


def checked_text(text: str | bytes, file: Path) -> str:
    """``text``. Raises InputError where it is not UTF-8, which protobuf hands out as bytes."""
    if isinstance(text, bytes):
        raise InputError(f"{file}: the name {shown(text)} is not valid UTF-8")
    return text


def _tensor(text: str, file: Path) -> str:
    node, _, port = text.partition(":")
    if not node or (port and not (port.isdecimal() and len(port) < 6)):
        raise InputError(f"{file}: {shown(text)} is not the name of a tensor")
    return tensor_name(node, int(port or 0))
