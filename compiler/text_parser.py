"""Parsing the text form of a graph."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from dldt.compiler import dims
from dldt.compiler.dim_text import parse_dim
from dldt.compiler.dims import Dim
from dldt.compiler.errors import DldtError, InputError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.op import OPSETS, REGISTRY, Op
from dldt.compiler.ops.core import Constant, Parameter
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.compiler.substitute import substitute
from dldt.compiler.text_constants import parse_elements
from dldt.compiler.text_scanner import Scanner
from dldt.compiler.types import Array, DType, TensorType

MAX_NESTING = 32
MAX_DEFINITION = 100_000
"""The longest definition of a named size, in characters."""
MAX_DEPTH = 2
"""How deep tuples may lie in one another: attributes are numbers, tuples of these, or ports of a loop."""
_HEADER = re.compile(r'(?:(?P<label>\w+): )?graph (?P<name>".*")')


@attrs.define
class Line:
    """A node as written, waiting for its sub-graphs."""

    scanner: Scanner
    name: str
    types: list[TensorType]
    cls: type[Op]
    inputs: list[Value | None]
    attributes: dict[str, Any]


@attrs.define
class OpenGraph:
    """A graph being built: its values by name, its symbols, the last node where sub-graphs may follow."""

    graph: Graph
    depth: int
    label: str = ""
    values: dict[str, tuple[Value, ...]] = attrs.field(factory=dict)
    symbols: dict[dims.Symbol, Dim] = attrs.field(factory=dict)
    sizes: dict[str, Dim] = attrs.field(factory=dict)
    pending: Line | None = None


def parse_graph(text: str, constants: Mapping[str, Array] | None = None) -> Graph:
    """The graph that ``print_graph`` printed; ``constants`` holds the arrays named by a digest (``constant_table``).
    Raises InputError with the line's number."""
    scopes: list[OpenGraph] = []
    root: OpenGraph | None = None
    for number, line in enumerate(text.splitlines(), 1):
        body = line.strip()
        if not body or body.startswith("#"):
            continue
        depth = (len(line) - len(line.lstrip(" "))) // 2
        header = _HEADER.fullmatch(body)
        if header is None:
            _close(scopes, depth)
            if not scopes or depth != scopes[-1].depth + 1:
                raise InputError(f"line {number}: this line is indented by {2 * depth}, it belongs to no graph")
            _read_line(scopes[-1], Scanner(body, number), constants or {})
            continue
        if root is not None and depth == 0:
            raise InputError(f"line {number}: a second graph begins")
        _close(scopes, depth)
        scopes.append(_open(scopes, header, depth, number))
        root = root or scopes[0]
    if root is None:
        raise InputError("the text holds no graph")
    _close(scopes, 0)
    return root.graph


def _open(scopes: list[OpenGraph], header: re.Match[str], depth: int, number: int) -> OpenGraph:
    scanner = Scanner(header["name"], number)
    name, label = scanner.string(), header["label"] or ""
    if depth == 0 and not label:
        return OpenGraph(Graph(name), 0)
    if not scopes or scopes[-1].pending is None or depth != scopes[-1].depth + 2 or not label:
        raise scanner.error("a sub-graph must stand below its node, indented by 4 more, with a label")
    holder = scopes[-1].pending.cls
    if holder.bodies is Op.bodies or label not in {field.name for field in _fields(holder)}:
        raise scanner.error(f"{holder.type} has no sub-graph {shown(label)}")
    if len(scopes) > MAX_NESTING:
        raise scanner.error(f"graphs are nested deeper than {MAX_NESTING}")
    return OpenGraph(Graph(name), depth, label)


def _close(scopes: list[OpenGraph], depth: int) -> None:
    """End every sub-graph that a line at ``depth`` lies outside of, and the nodes that held them."""
    while scopes and depth <= scopes[-1].depth:
        closed = scopes.pop()
        _finish(closed)
        if scopes:
            line = scopes[-1].pending
            assert line is not None
            line.attributes[closed.label] = closed.graph
    if scopes and depth <= scopes[-1].depth + 1:
        _finish(scopes[-1])


def _finish(scope: OpenGraph) -> None:
    """Add the pending node to the graph."""
    line, scope.pending = scope.pending, None
    if line is None:
        return
    scanner = line.scanner
    name, names = line.name, {}
    while scanner.kind != "end":
        key = scanner.take("word")
        if key == "name":
            scanner.take("mark", "=")
            name = scanner.string()
        elif key == "names":
            scanner.take("mark", ":")
            port = int(scanner.take("number"))
            scanner.take("mark", "=")
            names[port] = tuple(_value(scanner))
        else:
            raise scanner.error(f"{shown(key)} is not expected here")
    try:
        values = _build(scope, line, name)
    except (DldtError, TypeError, ValueError) as error:
        raise scanner.error(f"{line.cls.type} {shown(name)}: {error}") from error
    made = [value.type for value in values]
    _learn(scope, line.types, made)
    if made != [_renamed(t, scope) for t in line.types]:
        raise scanner.error(f"{shown(name)} is written as {_join(line.types)}, it is {_join(made)}")
    for port, given in names.items():
        if port >= len(values) or not all(isinstance(x, str) for x in given):
            raise scanner.error(f"names:{port} does not fit {shown(name)}")
        scope.graph.rename(values[port], given)
    if line.name in scope.values:
        raise scanner.error(f"%{printable(line.name)} is defined twice")
    scope.values[line.name] = values


def _learn(scope: OpenGraph, written: list[TensorType], made: list[TensorType]) -> None:
    """A dim that a node defines is named after the node's number, which may be another than it was."""
    for a, b in zip(written, made, strict=False):
        for old, new in zip(a.shape, b.shape, strict=False):
            for symbol in dims.symbols(old):
                if isinstance(symbol, dims.DefinedDim) and old == symbol.dim and new != old:
                    scope.symbols[symbol] = new


def _renamed(t: TensorType, scope: OpenGraph) -> TensorType:
    return TensorType(t.dtype, tuple(substitute(dim, scope.symbols) for dim in t.shape))


def _build(scope: OpenGraph, line: Line, name: str) -> tuple[Value, ...]:
    if line.cls is Parameter:
        return (scope.graph.parameter(name, line.types[0]),)
    if line.cls is Constant:
        return scope.graph.add(Constant.of(line.attributes["value"]), (), name=name)
    return scope.graph.add(line.cls(**line.attributes), line.inputs, name=name)


def _read_line(scope: OpenGraph, scanner: Scanner, constants: Mapping[str, Array]) -> None:
    if scanner.accept("metadata"):
        key = scanner.string()
        scanner.take("mark", "=")
        scope.graph.metadata[key] = scanner.string()
    elif scanner.accept("symbol"):
        _read_symbol(scope, scanner)
    elif scanner.accept("size"):
        _read_size(scope, scanner)
    elif scanner.accept("result"):
        name = scanner.string()
        scanner.take("mark", "=")
        value = _reference(scope, scanner)
        if value is None:
            raise scanner.error("a result must have a value")
        rank_of = scanner.string() if scanner.accept("rank_of") else None
        scope.graph.result(value, name, rank_of)
    else:
        scope.pending = _read_node(scope, scanner, constants)
        return
    scanner.take("end")


def _read_symbol(scope: OpenGraph, scanner: Scanner) -> None:
    name = scanner.string() if scanner.kind == "string" else scanner.take("word")
    kind = dims.DefinedDim if scanner.accept("?") else dims.FreeDim
    scanner.take("word", "in")
    scanner.take("mark", "[")
    rest = scanner.rest()
    lower, _, upper = rest.partition(", ")
    try:
        limit = None if upper == "...]" else substitute(parse_dim(upper.removesuffix("]")), scope.symbols)
        scope.symbols[kind(name)] = kind(name, int(lower), limit).dim
    except (DldtError, ValueError) as error:
        raise scanner.error(f"[{rest} are no bounds of a symbol") from error


def _read_node(scope: OpenGraph, scanner: Scanner, constants: Mapping[str, Array]) -> Line:
    name = scanner.name()
    types = [scanner.type(scope.symbols, scope.sizes)]
    while scanner.accept(","):
        types.append(scanner.type(scope.symbols, scope.sizes))
    scanner.take("mark", "=")
    cls = _find(scanner)
    scanner.take("mark", "(")
    line = Line(scanner, name, types, cls, [], {})
    if cls is Constant:
        line.attributes["value"] = _read_constant(scanner, types[0], constants)
        return line
    while not scanner.accept(")"):
        if line.inputs:
            scanner.take("mark", ",")
        line.inputs.append(_reference(scope, scanner))
    if scanner.accept("{"):
        _read_attributes(scanner, line)
    return line


def _find(scanner: Scanner) -> type[Op]:
    written = scanner.take("word")
    type_name, _, number = written.partition("-")
    versions = REGISTRY.get(type_name.lower(), {})
    if not versions or (number and (not number.isdigit() or int(number) not in versions)):
        raise scanner.error(f"operation {written} is not known (of {OPSETS[0]} to {OPSETS[-1]})")
    if not number and len(versions) > 1:
        raise scanner.error(
            f"operation {printable(type_name)} has the versions {sorted(versions)}: write "
            f"{printable(type_name)}-<number>"
        )
    return versions[int(number)] if number else next(iter(versions.values()))


def _read_attributes(scanner: Scanner, line: Line) -> None:
    known = {field.name for field in _fields(line.cls) if field.init}
    while not scanner.accept("}"):
        if line.attributes:
            scanner.take("mark", ",")
        key = scanner.take("word")
        if key not in known:
            raise scanner.error(f"{line.cls.type} has no attribute {shown(key)}")
        scanner.take("mark", "=")
        line.attributes[key] = _value(scanner)


def _fields(cls: Any) -> tuple[Any, ...]:
    return tuple(attrs.fields(cls))


def _value(scanner: Scanner, depth: int = 0) -> Any:
    if scanner.kind == "string":
        return scanner.string()
    for opening, closing in (("(", ")"), ("[", "]")):
        if scanner.accept(opening):
            items: list[Any] = []
            while not scanner.accept(closing):
                if items:
                    scanner.take("mark", ",")
                items.append(_scalar(scanner) if depth == MAX_DEPTH else _value(scanner, depth + 1))
            return tuple(items)
    return _scalar(scanner)


def _scalar(scanner: Scanner) -> Any:
    if scanner.kind == "string":
        return scanner.string()
    if scanner.kind == "number":
        text = scanner.take("number")
        try:
            return int(text) if text.lstrip("+-").isdigit() else float(text)
        except ValueError as error:
            raise scanner.error(f"{shown(text)} is no number") from error
    word = scanner.take("word")
    if word in ("true", "false"):
        return word == "true"
    if word in ("inf", "nan"):
        return float(word)
    try:
        return DType(word)
    except ValueError as error:
        raise scanner.error(f"{shown(word)} is no value") from error


def _reference(scope: OpenGraph, scanner: Scanner) -> Value | None:
    if scanner.accept("_"):
        return None
    name = scanner.name()
    port = int(scanner.take("number")) if scanner.accept(":") else 0
    values = scope.values.get(name)
    if values is None:
        raise scanner.error(f"%{name} is not defined above this line")
    if not 0 <= port < len(values):
        raise scanner.error(f"%{name} has {len(values)} outputs, there is no output {port}")
    return values[port]


def _read_constant(scanner: Scanner, t: TensorType, constants: Mapping[str, Array]) -> Array:
    if not t.is_static:
        raise scanner.error(f"a constant cannot be of type {t}")
    if scanner.kind == "digest":
        key = scanner.take("digest")[1:]
        scanner.take("mark", ")")
        if key not in constants:
            raise scanner.error(f"constant @{key} is not among the constants given")
        return constants[key]
    items: list[str] = []
    while not scanner.accept(")"):
        if items:
            scanner.take("mark", ",")
        items.append(scanner.take("word" if scanner.kind == "word" else "number"))
    try:
        return parse_elements(items, t.dtype, t.static_shape)
    except (ValueError, KeyError, OverflowError) as error:
        raise scanner.error(f"the elements do not fit {t}: {error}") from error


def _join(types: list[TensorType]) -> str:
    return ", ".join(map(str, types))


def _read_size(scope: OpenGraph, scanner: Scanner) -> None:
    scanner.take("mark", "#")
    name, _, definition = scanner.rest().partition(" = ")
    try:
        scope.sizes[name] = parse_dim(definition, scope.sizes, longest=MAX_DEFINITION)
    except DldtError as error:
        raise scanner.error(f"size #{printable(name)}: {error}") from error
