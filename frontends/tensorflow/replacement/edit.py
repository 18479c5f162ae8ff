"""A record whose nodes are replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dldt.compiler.did_you_mean import did_you_mean
from dldt.compiler.errors import InputError
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.record import GraphRecord, NodeRecord, needed
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.replacement.replacement import Replacement


class Edit:
    """Nodes are added, tensors get another source; nodes that nothing needs then are left out."""

    def __init__(self, graph: GraphRecord, file: str) -> None:
        self._graph = graph
        self._file = file
        self._nodes = {node.name: node for node in graph.nodes}
        self.inputs = dict(graph.inputs)
        self.outputs = list(graph.outputs)
        self.constants = dict(graph.initializers)

    def find(self, name: str) -> NodeRecord | None:
        """The node of this name or, where calls of functions stand before it, the only one that ends with it."""
        if name in self._nodes:
            return self._nodes[name]
        plain = name.removeprefix("StatefulPartitionedCall/")
        ends = [each for each in self._nodes if each.endswith(f"/{plain}") or each == plain]
        return self._nodes[ends[0]] if len(ends) == 1 else None

    def node(self, name: str) -> NodeRecord:
        """The same. Raises InputError where there is none."""
        found = self.find(name)
        if found is None:
            raise InputError(
                f"{self._file}: the model has no node {shown(name)}{did_you_mean(name, self._nodes)}; the file is for "
                "another version of the model: choose the one that fits, or leave it out, as the whole graph compiles "
                "as it is"
            )
        return found

    def scope(self, part: str) -> str:
        """The whole name of a scope that ends with this part. Raises InputError where there is none."""
        found = [name[: name.index(part) + len(part)] for name in self._nodes if f"/{part}" in f"/{name}"]
        if not found:
            raise InputError(
                f"{self._file}: the model has no scope {shown(part)}; the file is for another version of the model: "
                "choose the one that fits, or leave it out, as the whole graph compiles as it is"
            )
        return min(found, key=len)

    def begins(self, entry: Replacement, count: int) -> list[str]:
        """What the first nodes of the replaced part read. Raises InputError where fewer are named."""
        if entry.is_scope:
            scope = self.scope(entry.scope())
            names = [scope + name for name in entry.port_nodes("inputs")]
        else:
            names = entry.points("start_points")
        if len(names) < count:
            raise entry.error(f"the first {count} nodes of the part must be named, {len(names)} are")
        return [self.source(name) for name in names[:count]]

    def end(self, entry: Replacement) -> str:
        """The first tensor that the replaced part gives. Raises InputError."""
        if entry.is_scope:
            return self.made(self.scope(entry.scope()) + entry.port_nodes("outputs")[0])
        return self.made(entry.points("end_points")[0])

    def made(self, name: str) -> str:
        """The first tensor that a node makes. Raises InputError where it makes none."""
        node = self.node(name)
        if not node.outputs:
            raise InputError(
                f"{self._file}: node {shown(name)} ({printable(node.op_type)}) makes no tensor; name another one"
            )
        return node.outputs[0]

    def source(self, name: str, port: int = 0) -> str:
        """The tensor that a node reads."""
        node = self.node(name)
        if port >= len(node.inputs):
            raise InputError(f"{self._file}: node {shown(name)} has no input {port}")
        return node.inputs[port]

    def maker(self, tensor: str) -> NodeRecord | None:
        """The node that makes a tensor, None for inputs and weights."""
        return self._nodes.get(tensor.partition(":")[0])

    def readers(self, tensor: str) -> list[NodeRecord]:
        """The nodes that read a tensor."""
        return [node for node in self._nodes.values() if tensor in node.inputs]

    def behind(self, tensor: str, passed: Sequence[str]) -> str:
        """The tensor before operations of these kinds, each time their first input."""
        for _ in range(len(self._nodes)):
            node = self.maker(tensor)
            if node is None or node.op_type not in passed or not node.inputs:
                break
            tensor = node.inputs[0]
        return tensor

    def between(self, before: str, behind: str) -> list[NodeRecord]:
        """The nodes that ``behind`` needs, as far as ``before``."""
        found: dict[str, NodeRecord] = {}
        pending = [behind]
        while pending:
            tensor = pending.pop()
            node = None if tensor == before else self.maker(tensor)
            if node is not None and node.name not in found:
                found[node.name] = node
                pending += needed(node)
        return list(found.values())

    def depends(self, tensor: str, op: str) -> bool:
        """Whether a tensor is computed from what a node of this operation gives."""
        return any(node.op_type == op for node in self.between("", tensor))

    def add(self, op: str, name: str, inputs: Sequence[str], attributes: Mapping[str, Any] | None = None) -> str:
        """A new node; the tensor that it makes."""
        unique = next(n for n in (name, *(f"{name}_{i}" for i in range(1, 1 << 20))) if n not in self._taken())
        self._nodes[unique] = NodeRecord(op, unique, tuple(inputs), (unique,), dict(attributes or {}))
        return unique

    def constant(self, name: str, value: TensorRecord) -> str:
        """A new constant; its tensor."""
        tensor = f"{name}/constant"
        self.constants[tensor] = value
        return tensor

    def give(self, tensor: str, source: str) -> None:
        """Whoever reads ``tensor`` reads ``source`` from now on."""
        node = self.maker(tensor)
        if node is not None:
            outputs = tuple(f"{n}(replaced)" if n == tensor else n for n in node.outputs)
            del self._nodes[node.name]
            if len(outputs) > 1:
                self._nodes[f"{node.name}(replaced)"] = attrs.evolve(node, outputs=outputs)
        self._nodes[tensor] = NodeRecord("Identity", tensor, (source,), (tensor,))

    def connect(self, name: str, port: int, source: str) -> None:
        """Input ``port`` of a node is ``source`` from now on."""
        node = self.node(name)
        inputs = tuple(source if i == port else given for i, given in enumerate(node.inputs))
        self._nodes[node.name] = attrs.evolve(node, inputs=inputs)

    def declare(self, name: str, declared: DeclaredType) -> None:
        """An input, new or of another type."""
        self.inputs[name] = declared

    def finished(self) -> GraphRecord:
        """The record of what the outputs need."""
        makers = {name: node for node in self._nodes.values() for name in node.outputs}
        found: set[str] = set()
        pending = list(self.outputs)
        while pending:
            node = makers.get(pending.pop())
            if node is not None and node.name not in found:
                found.add(node.name)
                pending += needed(node)
        kept = tuple(node for node in self._nodes.values() if node.name in found)
        return attrs.evolve(
            self._graph, nodes=kept, inputs=self.inputs, outputs=tuple(self.outputs), initializers=self.constants
        )

    def _taken(self) -> set[str]:
        return {*self._nodes, *self.inputs, *self.constants}
