"""A node of a GraphDef or of a function, its inputs as names of tensors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs


@attrs.frozen(eq=False)
class GraphNode:
    """A node whose inputs and outputs are names of tensors: ``n`` is output 0 of node n, ``n:1`` output 1."""

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    """As far as they are known without its readers."""
    attributes: Mapping[str, Any] = MappingProxyType({})
    """AttrValues."""
    bodies: Mapping[str, tuple[FlatGraph, ...]] = MappingProxyType({})
    """What it runs, where it is control flow, by the attribute's name."""
    controls: tuple[str, ...] = ()
    """The nodes that must have run before."""


@attrs.frozen(eq=False)
class FlatGraph:
    """Nodes none of which calls a function. A body may use tensors around it."""

    nodes: tuple[GraphNode, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def tensor_name(node: str, port: int) -> str:
    """``n`` for output 0, ``n:1`` for output 1."""
    return node if port == 0 else f"{node}:{port}"


def tensor_names(node: str, count: int) -> tuple[str, ...]:
    """The names of so many outputs, at least one."""
    return tuple(tensor_name(node, port) for port in range(max(count, 1)))
