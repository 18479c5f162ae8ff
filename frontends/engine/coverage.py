"""Which nodes of a model have no importer: found over the whole model before anything is imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dldt.compiler.types import TensorType
from dldt.frontends.engine.framework import Framework
from dldt.frontends.engine.printable import printable
from dldt.frontends.engine.record import GraphRecord, NodeRecord, needed
from dldt.frontends.engine.unsupported import UnsupportedNode


def all_nodes(nodes: Iterable[NodeRecord]) -> list[NodeRecord]:
    """The nodes and those in their bodies."""
    found: list[NodeRecord] = []
    for node in nodes:
        found.append(node)
        for body in node.bodies:
            found += body.walk()
    return found


def without_importer(framework: Framework, nodes: Iterable[NodeRecord]) -> list[NodeRecord]:
    """The nodes whose operation has no importer in the version that they ask for, and is no function either."""
    found = (node for node in nodes if node.definition is None)
    return [node for node in found if framework.find(node.op_type, node.version, node.domain) is None]


def described(
    framework: Framework,
    node: NodeRecord,
    reason: str,
    types: Mapping[str, TensorType],
    consumers: Mapping[str, list[NodeRecord]],
) -> UnsupportedNode:
    """A node as the report shows it. ``reason``: why its importer refused it; ``types``: what is known of tensors."""
    feeds = {id(user): user for name in node.outputs if name for user in consumers.get(name, [])}
    return UnsupportedNode(
        operation=framework.operation(node),
        name=node.title,
        inputs=tuple(f"{printable(n)} {types[n]}" if n in types else printable(n) for n in node.inputs if n),
        feeds=tuple(map(str, feeds.values())),
        reason=reason or framework.why_not(node),
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
