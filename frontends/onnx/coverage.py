"""Which nodes of a model have no importer: found over the whole model before anything is imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dldt.compiler.types import TensorType
from dldt.frontends.errors import UnsupportedNode, printable
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.record import GraphRecord, NodeRecord, needed


def all_nodes(nodes: Iterable[NodeRecord]) -> list[NodeRecord]:
    """The nodes and those in their bodies."""
    found: list[NodeRecord] = []
    for node in nodes:
        found.append(node)
        for body in node.bodies.values():
            found += body.walk()
    return found


def without_importer(nodes: Iterable[NodeRecord], opsets: Mapping[str, int]) -> list[NodeRecord]:
    """The nodes whose operation has no importer in the model's operation sets."""
    return [node for node in nodes if ONNX.find(node.op_type, opsets.get(node.domain, 0), node.domain) is None]


def described(
    node: NodeRecord,
    reason: str,
    opsets: Mapping[str, int],
    types: Mapping[str, TensorType],
    consumers: Mapping[str, list[NodeRecord]],
) -> UnsupportedNode:
    """A node as the report shows it. ``types``: what is known of the tensors."""
    version = opsets.get(node.domain, 0)
    served = ONNX.versions(node.op_type, node.domain)
    if not reason and node.domain not in opsets:
        reason = f"domain {node.domain!r} is not in the model's opset_import"
    elif not reason and served:
        reason = "supported are operation sets " + ", ".join(f"{low} to {high}" for low, high in served)
    feeds = {id(user): user for name in node.outputs if name for user in consumers.get(name, [])}
    return UnsupportedNode(
        op_type=printable(node.op_type),
        domain=printable(node.domain),
        version=version,
        name=node.title,
        inputs=tuple(f"{printable(n)} {types[n]}" if n in types else printable(n) for n in node.inputs if n),
        feeds=tuple(map(str, feeds.values())),
        reason=reason,
    )


def cut_place(top: Sequence[NodeRecord], listed: Iterable[NodeRecord], record: GraphRecord) -> str:
    """How to cut the model round the first of ``listed``: a node of the graph itself, or one in a body of such."""
    wanted = {id(node) for node in listed}
    owner = next(node for node in top if any(id(inner) in wanted for inner in all_nodes([node])))
    before = [printable(name) for name in needed(owner) if name not in record.initializers]
    after = ",".join(f"{printable(name)}[…]{{f32}}" for name in owner.outputs if name)
    return f"cut the model before it with --output {','.join(before) or 'TENSOR'}, or after it with --input {after}"


def consumers_of(nodes: Iterable[NodeRecord]) -> dict[str, list[NodeRecord]]:
    """The nodes that use each tensor."""
    found: dict[str, list[NodeRecord]] = {}
    for node in nodes:
        for name in needed(node):
            found.setdefault(name, []).append(node)
    return found
