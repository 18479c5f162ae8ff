"""Which nodes of a model have no importer: found over the whole model before anything is imported."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from dldt.compiler.printable import printable
from dldt.compiler.types import DType, TensorType
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.framework import Framework
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
    """How to cut the model round the first of ``listed``: a node of the graph itself, or one in a body of such. Where
    nothing is computed before it there is no cut before it, and none after it where it makes the model's outputs."""
    wanted = {id(node) for node in listed}
    owner = next(node for node in top if any(id(inner) in wanted for inner in all_nodes([node])))
    computed = {name for node in top for name in node.outputs}
    read = {name for node in top if node is not owner for name in needed(node)} - set(record.outputs)
    before = ",".join(printable(name) for name in needed(owner) if name in computed)
    after = ",".join(f"{printable(n)}{_spec(record.types.get(n))}" for n in owner.outputs if n in read)
    places = [f"before it with --output {before}"] * bool(before) + [f"after it with --input {after}"] * bool(after)
    return f"cut the model {', or '.join(places)}" if places else "no cut leaves it out: a model without it is needed"


def _spec(declared: DeclaredType | None) -> str:
    """Shape and type as ``--input`` takes them, as far as the file tells them."""
    if declared is None:
        return "[…]{…}"
    shape = "…" if declared.shape is None else ",".join(map(_dim, declared.shape))
    return f"[{shape}]{{{declared.dtype if isinstance(declared.dtype, DType) else '…'}}}"


def _dim(dim: int | str | None) -> str:
    if isinstance(dim, str):
        return dim if dim.isidentifier() else json.dumps(dim)
    return "?" if dim is None else str(dim)


def consumers_of(nodes: Iterable[NodeRecord]) -> dict[str, list[NodeRecord]]:
    """The nodes that use each tensor."""
    found: dict[str, list[NodeRecord]] = {}
    for node in nodes:
        for name in needed(node):
            found.setdefault(name, []).append(node)
    return found
