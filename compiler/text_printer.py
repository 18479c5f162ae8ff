"""Printing a graph as text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import attrs

from dldt.compiler import dims
from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.named_sizes import named_sizes
from dldt.compiler.op import REGISTRY, Op
from dldt.compiler.ops.body_ports import PORTS, port_tuple
from dldt.compiler.ops.core import Constant, Parameter, Result
from dldt.compiler.shown import shown
from dldt.compiler.text_constants import INLINE_ELEMENTS, digest, format_elements
from dldt.compiler.traits import Trait
from dldt.compiler.types import DType

PLAIN_NAME = re.compile(r"[A-Za-z0-9_./\-]+")


def print_graph(graph: Graph, *, constants: str = "digest") -> str:
    """The text of the graph, the same for the same graph. ``constants``: "digest" names those of more than 16 elements
    by a hash, "inline" writes every one out. No newline at the end."""
    if constants not in ("digest", "inline"):
        raise UsageError(f"constants is {shown(constants)}, must be digest or inline")
    lines: list[str] = []
    pending: list[Iterator[str | tuple[str, Graph]]] = [_graph_lines(graph, 0, "", constants == "inline")]
    while pending:
        item = next(pending[-1], None)
        if item is None:
            pending.pop()
        elif isinstance(item, str):
            lines.append(item)
        else:
            label, body = item
            pending.append(_graph_lines(body, 2 * len(pending), f"{label}: ", constants == "inline"))
    return "\n".join(lines)


def version_name(cls: type[Op]) -> str:
    """The operation's type, with its opset's number where several versions are known: ``MaxPool-8``."""
    versions = REGISTRY.get(cls.type.lower(), {})  # none of an operation that the compiler makes for itself
    return cls.type if len(versions) <= 1 else f"{cls.type}-{cls.opset.removeprefix('opset')}"


def _graph_lines(graph: Graph, depth: int, label: str, inline: bool) -> Iterator[str | tuple[str, Graph]]:
    outer, pad = "  " * depth, "  " * (depth + 1)
    yield f"{outer}{label}graph {json.dumps(graph.name)}"
    for key, value in graph.metadata.items():
        yield f"{pad}metadata {json.dumps(key)} = {json.dumps(value)}"
    order = graph.order()
    parameters = [value.node for value in graph.inputs]
    nodes = parameters + [node for node in order if not node.op.has(Trait.INTERFACE)]
    yield from (f"{pad}symbol {line}" for line in _symbol_lines(nodes))
    yield from (f"{pad}size {line}" for line in _size_lines(nodes))
    names = _unique_names(nodes)
    for node in nodes:
        yield pad + _node_line(node, names, inline)
        for field in _fields(type(node.op)):
            body = getattr(node.op, field.name)
            if isinstance(body, Graph):
                yield field.name, body
    for node in graph.outputs:
        told = f" rank_of {json.dumps(node.op.rank_of)}" if isinstance(node.op, Result) and node.op.rank_of else ""
        yield f"{pad}result {json.dumps(node.name)} = {_reference(node.inputs[0], names)}{told}"


def _symbol_lines(nodes: list[Node]) -> list[str]:
    """The bounds of the symbols that have others than [1, ...]."""
    found: dict[str, str] = {}
    for node in nodes:
        for atom in (a for t in node.types for dim in t.shape for a in dims.atoms(dim)):
            if isinstance(atom, dims.NamedSize):
                continue
            if isinstance(atom, dims.Symbol) and (atom.lower != 1 or atom.upper is not None):
                upper = "..." if atom.upper is None else atom.upper
                found[str(atom)] = f"{atom} in [{atom.lower}, {upper}]"
    return [found[text] for text in sorted(found)]


def _size_lines(nodes: list[Node]) -> list[str]:
    """The definitions of the named sizes, each behind those that it is made of."""
    found = {named for node in nodes for t in node.types for dim in t.shape for named in named_sizes(dim)}
    return [f"{named} = {named.definition}" for named in sorted(found, key=lambda s: (s.level, s.name))]


def _unique_names(nodes: list[Node]) -> dict[int, str]:
    """Node → its name in the text: the friendly name, numbered where two nodes share it."""
    taken = {node.name for node in nodes}
    used: set[str] = set()
    names: dict[int, str] = {}
    for node in nodes:
        name, number = node.name, 2
        while name in used:
            name = f"{node.name}#{number}"
            number += 1
            if name in taken and name not in used:
                used.add(name)
        used.add(name)
        names[node.id] = name
    return names


def _node_line(node: Node, names: dict[int, str], inline: bool) -> str:
    types = ", ".join(map(str, node.types))
    head = f"{_name(names[node.id])} {types} = {version_name(type(node.op))}"
    if isinstance(node.op, Constant):
        array = node.op.value
        content = format_elements(array) if inline or array.size <= INLINE_ELEMENTS else f"@{digest(array)}"
        return f"{head}({content})" + _extras(node, names)
    inputs = ", ".join(_reference(value, names) for value in node.inputs)
    attributes = "" if isinstance(node.op, Parameter) else attribute_text(node.op)
    return f"{head}({inputs}){attributes}" + _extras(node, names)


def _reference(value: Value | None, names: dict[int, str]) -> str:
    if value is None:
        return "_"
    return _name(names[value.id]) + (f":{value.port}" if value.port else "")


def _name(name: str) -> str:
    return f"%{name}" if PLAIN_NAME.fullmatch(name) else f"%{json.dumps(name)}"


def attribute_text(op: Op) -> str:
    """`` {name=value, …}`` of the attributes that differ from their defaults; nothing where all are as by default."""
    parts = []
    for field in _fields(type(op)):
        value = getattr(op, field.name)
        if field.init and not isinstance(value, Graph) and not _is_default(field.default, value):
            parts.append(f"{field.name}={_literal(value)}")
    return f" {{{', '.join(parts)}}}" if parts else ""


def _fields(cls: Any) -> tuple[Any, ...]:
    return tuple(attrs.fields(cls))


def _is_default(default: Any, value: Any) -> bool:
    return default is not attrs.NOTHING and type(default) is type(value) and default == value


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, DType):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))})"
    if isinstance(value, PORTS):
        return _literal(port_tuple(value))
    return repr(value)


def _extras(node: Node, names: dict[int, str]) -> str:
    """What cannot be told from the rest: the friendly name, the tensor names."""
    text = "" if names[node.id] == node.name else f" name={json.dumps(node.name)}"
    default = (node.name,) if isinstance(node.op, Parameter) else ()
    for value in node.outputs:
        if value.names != default:
            text += f" names:{value.port}={json.dumps(list(value.names))}"
    return text
