"""A symbol: the JSON file that holds the nodes, as plain values of checked types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from dldt.compiler.errors import InputError
from dldt.compiler.printable import printable
from dldt.compiler.safe_open import read_regular
from dldt.compiler.shown import shown
from dldt.frontends.engine.sniff import looks_like

_MAX_BYTES = 1 << 28
_MAX_NODES = 1 << 20
_MAX_NESTING = 16
_ATTRIBUTES = ("attr", "attrs", "param")
"""Where a node's attributes are: in versions 0.9 to 1.1, since 1.2, and before 0.9. There ``attr`` beside ``param`` has
what the user noted."""

VARIABLE = "null"
"""The operation of a variable: an input, or a parameter."""

Entry = tuple[int, int]
"""An output of a node: the node's number and the output's."""


@attrs.frozen
class SymbolNode:
    """A node, or a variable."""

    op: str
    name: str
    inputs: tuple[Entry, ...]
    attributes: dict[str, str]
    subgraphs: tuple[MxnetSymbol, ...]


@attrs.frozen
class MxnetSymbol:
    """Nodes, producers first, and what the outputs are."""

    nodes: tuple[SymbolNode, ...]
    heads: tuple[Entry, ...]
    numpy_shapes: bool
    """Whether a dim that is not known is -1; otherwise it is 0."""
    version: int
    """10901 for MXNet 1.9.1; 800 where the file does not tell."""


def read_symbol(path: Path) -> MxnetSymbol:
    """The symbol in a file. Raises InputError."""
    data = read_regular(path, max_bytes=_MAX_BYTES)
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        kind = looks_like(data[:512])
        about = f"it looks like {kind}" if kind and "JSON" not in kind else _short(error)
        raise InputError(f"{path}: not an MXNet symbol: {about}") from error
    return _symbol(path, content, 0)


def _short(error: Exception) -> str:
    return "its JSON is nested too deep" if isinstance(error, RecursionError) else f"its JSON is damaged: {error}"


def _symbol(path: Path, content: Any, depth: int) -> MxnetSymbol:
    if depth > _MAX_NESTING:
        raise InputError(f"{path}: sub-graphs are nested more than {_MAX_NESTING} deep")
    if not isinstance(content, dict) or not isinstance(content.get("nodes"), list):
        raise InputError(f"{path}: not an MXNet symbol: the JSON has no list of nodes")
    listed = content["nodes"]
    if len(listed) > _MAX_NODES:
        raise InputError(f"{path}: there are {len(listed):,} nodes, {_MAX_NODES:,} are allowed")
    nodes = tuple(_node(path, node, number, depth) for number, node in enumerate(listed))
    heads = _entries(path, content.get("heads"), "the outputs (heads)")
    for node in nodes:
        _check_entries(path, node.inputs, len(nodes), f"node {shown(node.name)}")
    _check_entries(path, heads, len(nodes), "heads")
    if not heads:
        raise InputError(f"{path}: the symbol has no outputs (heads)")
    given = content.get("attrs")
    facts: Mapping[str, Any] = given if isinstance(given, dict) else {}
    return MxnetSymbol(nodes, heads, _fact(facts, "is_np_shape", 0) == 1, _fact(facts, "mxnet_version", 800))


def _fact(facts: Mapping[str, Any], name: str, default: int) -> int:
    """A number of the whole graph, written as ``["int", 10901]``."""
    value = facts.get(name)
    found = value[1] if isinstance(value, list) and len(value) == 2 else value
    return found if isinstance(found, int) else default


def _node(path: Path, content: Any, number: int, depth: int) -> SymbolNode:
    if not isinstance(content, dict):
        raise InputError(f"{path}: node {number} is no JSON object")
    op, name = content.get("op"), content.get("name")
    if not isinstance(op, str) or not isinstance(name, str) or not op:
        raise InputError(f"{path}: node {number} has no operation or no name")
    what = f"node {shown(name)}"
    attributes: dict[str, str] = {}
    for key in ("param",) if "param" in content and op != VARIABLE else _ATTRIBUTES:
        found = content.get(key, {})
        if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
            raise InputError(f"{path}: {what}: {shown(key)} must hold text by names")
        attributes.update(found)
    subgraphs = content.get("subgraphs", [])
    if not isinstance(subgraphs, list):
        raise InputError(f"{path}: {what}: 'subgraphs' must be a list")
    made = tuple(_symbol(path, graph, depth + 1) for graph in subgraphs)
    return SymbolNode(op, name, _entries(path, content.get("inputs", []), what), attributes, made)


def _entries(path: Path, content: Any, what: str) -> tuple[Entry, ...]:
    """``[[node, output], …]``; newer files have a third number, the version of a variable."""
    if not isinstance(content, list):
        raise InputError(f"{path}: {what}: a list of [node, output] is needed")
    for entry in content:
        numbers = isinstance(entry, list) and 2 <= len(entry) <= 3 and all(type(item) is int for item in entry)
        if not numbers or not 0 <= entry[1] < 4096:
            raise InputError(f"{path}: {what}: {printable(str(entry))} is not [node, output]")
    return tuple((entry[0], entry[1]) for entry in content)


def _check_entries(path: Path, entries: tuple[Entry, ...], nodes: int, what: str) -> None:
    for node, _ in entries:
        if not 0 <= node < nodes:
            raise InputError(f"{path}: {what} takes node {node}, there are {nodes}")
