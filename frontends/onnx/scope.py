"""One graph under construction: tensor names → values, nodes imported one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import attrs
from onnx import TensorProto

from dldt.compiler.errors import DldtError, InputError, InternalError, ShapeError, UnsupportedError
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.types import TensorType
from dldt.frontends.errors import printable
from dldt.frontends.known import known_array
from dldt.frontends.onnx.attributes import read_attributes
from dldt.frontends.onnx.framework import ONNX, Bodies, Context
from dldt.frontends.onnx.order import ordered
from dldt.frontends.onnx.read import OnnxModel
from dldt.frontends.onnx.record import GraphRecord, NodeRecord, needed
from dldt.frontends.onnx.tensor import read_sparse, read_tensor
from dldt.frontends.registry import Importer


@attrs.define(eq=False)
class Findings:
    """What the import learns on its way: tensor types, and the nodes that it cannot import."""

    types: dict[str, TensorType] = attrs.field(factory=dict)
    unsupported: list[tuple[NodeRecord, str]] = attrs.field(factory=list)
    tolerant: bool = False
    """Go on after any error: only the types are wanted."""


class Scope:
    """The values of one graph (or of a body inlined into it) by tensor name; ``outer`` names those around it."""

    def __init__(
        self, model: OnnxModel, record: GraphRecord, graph: Graph, findings: Findings, outer: Scope | None = None
    ) -> None:
        self.model = model
        self.record = record
        self.graph = graph
        self.findings = findings
        self.outer = outer
        self.values: dict[str, Value] = {}
        self._poisoned: set[str] = set()
        self._finished: set[int] = set()
        self._used: set[str] = set()

    def run(self, visible: Iterable[str] = ()) -> None:
        """Import every needed node. ``visible``: the outer tensors that the nodes may use."""
        nodes = ordered(self.record, self.model.path, visible)
        self._used = {*self.record.outputs, *(name for node in nodes for name in needed(node))}
        for node in nodes:
            self._guarded(node)

    def lookup(self, name: str) -> Value:
        """The value of a tensor: made here, an initialiser, or from around (constants are repeated in a body)."""
        if name in self.values:
            return self.values[name]
        if name in self.record.initializers:
            self.values[name] = self._initializer(name)
            return self.values[name]
        if self.outer is None:
            raise UnsupportedError(f"tensor {name!r} is an output that is not supported")
        return self.outer.lookup(name)

    def poisoned(self, name: str) -> bool:
        """Whether the tensor depends on a node that could not be imported."""
        return name in self._poisoned or (self.outer is not None and self.outer.poisoned(name))

    def outputs(self) -> list[Value | None]:
        """The graph's output values; None for one that could not be made."""
        return [None if self.poisoned(name) else self.lookup(name) for name in self.record.outputs]

    def _initializer(self, name: str) -> Value:
        proto = self.record.initializers[name]
        what = f"{self.model.path}: initialiser {name!r}"
        read: Callable[..., Any] = read_tensor if isinstance(proto, TensorProto) else read_sparse
        value = self.graph.constant(read(proto, self.model.files, what), name=name)
        self.graph.rename(value, (name,))
        self.findings.types[name] = value.type
        return value

    def _guarded(self, node: NodeRecord) -> None:
        if any(self.poisoned(name) for name in needed(node)):
            self._poisoned.update(node.outputs)
            return
        try:
            self._import(node)
        except UnsupportedError as error:
            self.findings.unsupported.append((node, str(error)))
            self._poisoned.update(node.outputs)
        except DldtError:
            if not self.findings.tolerant:
                raise
            self._poisoned.update(node.outputs)

    def _import(self, node: NodeRecord) -> None:
        importer = ONNX.find(node.op_type, self.model.opsets.get(node.domain, 0), node.domain)
        given = [self.lookup(name) if name else None for name in node.inputs]
        if importer is None:
            raise UnsupportedError("")  # found before the import; its inputs' types are known now
        try:
            arguments = _arguments(importer, node, given)
            attributes = read_attributes(importer, node, self.model.files)
            if importer.context is not None:
                attributes[importer.context] = self._context(node)
            result = importer.function(*arguments, **attributes)
            self._bind(node, result if isinstance(result, tuple) else (result,))
        except UnsupportedError:
            raise
        except DldtError as error:
            raise type(error)(self._described(node, given, error)) from error
        except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError, MemoryError) as error:
            raise InternalError(self._described(node, given, error)) from error

    def _context(self, node: NodeRecord) -> Context:
        return Context(self.graph, node, partial(self._bodies, node), self._inline)

    def _bind(self, node: NodeRecord, values: tuple[Value | None, ...]) -> None:
        for position, name in enumerate(node.outputs):
            value = values[position] if position < len(values) else None
            if value is None and name in self._used:
                raise UnsupportedError(f"output {position} ({name!r}) is used, and only the others are supported")
            if value is None or not name:
                continue
            self._finish(value.node, name)
            if name not in value.names:
                self.graph.rename(value, (*value.names, name))
            self.values[name] = value
            self.findings.types[name] = value.type

    def _finish(self, node: Node, name: str) -> None:
        """Name a new node after its tensor, and the new nodes behind it after both."""
        if self._known(node):
            return
        self.graph.rename_node(node, name)
        self._finished.add(node.id)
        pending = [v.node for v in node.inputs if v is not None]
        taken: dict[str, int] = {}
        while pending:
            inner = pending.pop()
            if self._known(inner):
                continue
            self._finished.add(inner.id)
            base = f"{name}/{inner.op.type}"
            taken[base] = taken.get(base, 0) + 1
            self.graph.rename_node(inner, base if taken[base] == 1 else f"{base}_{taken[base]}")
            pending += [v.node for v in inner.inputs if v is not None]

    def _known(self, node: Node) -> bool:
        return node.id in self._finished or any(value.names for value in node.outputs)

    def _bodies(self, node: NodeRecord, records: tuple[GraphRecord, ...]) -> Bodies:
        names = dict.fromkeys(name for record in records for name in record.captures())
        outer = {name: self.lookup(name) for name in names}
        constants = {name: known_array(value) for name, value in outer.items()}
        captured = [name for name in names if constants[name] is None]
        graphs = []
        for record in records:
            graph = Graph(record.name)
            scope = Scope(self.model, record, graph, self.findings)
            for name in names:
                array = constants[name]
                made = graph.parameter(name, outer[name].type) if array is None else graph.constant(array, name=name)
                graph.rename(made, (name,))
                scope.values[name] = made
            scope.run(names)
            _results(graph, scope, record)
            graphs.append(graph)
        return tuple(graphs), tuple(outer[name] for name in captured)

    def _inline(self, record: GraphRecord) -> tuple[Value, ...]:
        scope = Scope(self.model, record, self.graph, self.findings, outer=self)
        scope.run(record.captures())
        return tuple(_output(value, record) for value in scope.outputs())

    def _described(self, node: NodeRecord, given: list[Value | None], error: BaseException) -> str:
        outputs = ", ".join(map(repr, filter(None, node.outputs)))
        cause = str(error) if isinstance(error, DldtError) else f"{type(error).__name__}: {error}"
        lines = [
            f"{self.model.path}: cannot import {printable(node.op_type)} {node.title!r} (output {outputs}): {cause}"
        ]
        shown = [f"{printable(v.name)} {v.type}" if v is not None else "(none)" for v in given]
        if shown:
            lines.append(f"  inputs: {', '.join(shown)}")
        symbolic = any(v is not None and not v.type.is_static for v in given)
        if symbolic and isinstance(error, ShapeError):
            free = [v for v in self.graph.inputs if not v.type.is_static]
            fixed = ",".join(f"{v.name}[{','.join(map(str, v.type.shape))}]" for v in free)
            lines.append(f"  try: fix the free dimensions, with numbers in place of the names: --input {fixed!r}")
        return "\n".join(lines)


def _arguments(importer: Importer, node: NodeRecord, given: list[Value | None]) -> list[Value | None]:
    while given and given[-1] is None:
        given = given[:-1]
    ports = importer.inputs
    variadic = bool(ports) and ports[-1].variadic
    if len(given) > len(ports) and not variadic:
        raise InputError(f"{node.op_type} takes at most {len(ports)} inputs, {len(given)} are given")
    for position, port in enumerate(ports):
        if not port.optional and not port.variadic and (position >= len(given) or given[position] is None):
            raise InputError(f"input {port.name!r} of {node.op_type} is required and missing")
    if variadic and (not given or None in given[len(ports) - 1 :]):
        raise InputError(f"{node.op_type} needs at least one input, and none may be left out")
    return given


def _results(graph: Graph, scope: Scope, record: GraphRecord) -> None:
    for name, value in zip(record.outputs, scope.outputs(), strict=True):
        graph.result(_output(value, record), name)
    graph.prune()


def _output(value: Value | None, record: GraphRecord) -> Value:
    if value is None:
        raise UnsupportedError("")  # the nodes in the body are reported themselves
    return value
