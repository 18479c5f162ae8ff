"""The functions of a model: FunctionDefs, and their nodes for a place where they are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.tensorflow.graph_node import GraphNode, tensor_name, tensor_names
from dldt.frontends.tensorflow.graph_nodes import checked_text
from dldt.frontends.tensorflow.output_names import output_counts

ENTERS = ("Enter", "RefEnter")
"""They begin the loops of TensorFlow 1."""
_MAX_NODES = 1 << 20


@attrs.frozen(eq=False)
class FunctionNodes:
    """The nodes of a function in one place; ``outputs`` are tensors of theirs, or of the arguments."""

    nodes: tuple[GraphNode, ...]
    outputs: tuple[str, ...]


class FunctionLibrary:
    """The functions by name."""

    def __init__(self, protos: Iterable[Any], file: Path) -> None:
        self._file = file
        self._functions = {checked_text(proto.signature.name, file): proto for proto in protos}
        self._made = 0

    def __contains__(self, name: str) -> bool:
        return name in self._functions

    def arity(self, name: str) -> int:
        """How many arguments a function takes. Raises InputError where there is no such function."""
        return len(self._function(name).signature.input_arg)

    def called(self, name: str, given: Mapping[str, Any], arguments: Sequence[str], prefix: str) -> FunctionNodes:
        """The nodes of a function, named ``prefix`` and their own name. ``given``: the AttrValues that it is called
        with. Raises InputError where it does not fit, or too many nodes are made."""
        proto = self._function(name)
        self._made += len(proto.node_def) + 1
        if self._made > _MAX_NODES:
            raise InputError(f"{self._file}: the functions that the model calls have more than {_MAX_NODES} nodes")
        wanted = [checked_text(arg.name, self._file) for arg in proto.signature.input_arg]
        if len(wanted) != len(arguments):
            raise InputError(
                f"{self._file}: function {shown(name)} takes {len(wanted)} arguments, {len(arguments)} are given"
            )
        names = _FunctionTensors(self, name, prefix, self._file)
        names.tensors.update(zip(wanted, arguments, strict=True))
        drawn = [(node, {key: _given(value, given) for key, value in node.attr.items()}) for node in proto.node_def]
        for node, attributes in drawn:
            names.add(node, attributes)
        nodes = tuple(names.node(node, attributes) for node, attributes in drawn)
        results = [checked_text(arg.name, self._file) for arg in proto.signature.output_arg]
        outputs = tuple(names.tensor(proto.ret.get(name, "")) for name in results)
        return FunctionNodes(nodes, outputs)

    def outputs(self, op: str, attributes: Mapping[str, Any]) -> dict[str, int]:
        """How many tensors each output of a node is, by name; the operation may be a function."""
        if op in self._functions:
            return {arg.name: 1 for arg in self._functions[op].signature.output_arg}
        return output_counts(op, attributes)

    def _function(self, name: str) -> Any:
        if name not in self._functions:
            raise InputError(f"{self._file}: function {shown(name)} is called, and the model does not have it")
        return self._functions[name]


class _FunctionTensors:
    """The tensors of a function, as its nodes name them: an argument, or ``node:output:number``."""

    def __init__(self, library: FunctionLibrary, function: str, prefix: str, file: Path) -> None:
        self.tensors: dict[str, str] = {}
        self._starts: dict[str, dict[str, int]] = {}
        self._counts: dict[str, int] = {}
        self._library = library
        self._function = function
        self._prefix = prefix
        self._file = file

    def add(self, proto: Any, attributes: Mapping[str, Any]) -> None:
        """Its outputs can be named."""
        name = checked_text(proto.name, self._file)
        if not name or ":" in name or name in self._counts:
            raise InputError(
                f"{self._file}: function {shown(self._function)} has no node, or two, called {shown(name)}"
            )
        starts: dict[str, int] = {}
        count = 0
        for output, size in self._library.outputs(proto.op, attributes).items():
            starts[output] = count
            count += size
        self._starts[name], self._counts[name] = starts, count or 1

    def node(self, proto: Any, attributes: Mapping[str, Any]) -> GraphNode:
        """A node under its new name."""
        texts = [checked_text(text, self._file) for text in proto.input]
        inputs = tuple(self.tensor(text) for text in texts if not text.startswith("^"))
        controls = tuple(self._prefix + text[1:] for text in texts if text.startswith("^"))
        op, name = checked_text(proto.op, self._file), self._prefix + proto.name
        outputs = tensor_names(name, self._counts[proto.name])
        if op in ENTERS:
            attributes = {
                key: self._framed(value) if key == "frame_name" else value for key, value in attributes.items()
            }
        return GraphNode(op, name, inputs, outputs, attributes, controls=controls)

    def _framed(self, value: Any) -> Any:
        """The name of a frame, which is one of this call alone."""
        made = type(value)()
        made.s = self._prefix.encode() + value.s
        return made

    def tensor(self, text: str) -> str:
        """The tensor that ``text`` names."""
        if text in self.tensors:
            return self.tensors[text]
        node, *rest = text.split(":")
        number = rest[-1] if rest else "0"
        if node not in self._starts or len(rest) > 2 or not number.isdecimal() or len(number) > 5:
            raise InputError(f"{self._file}: function {shown(self._function)} has no tensor {shown(text)}")
        start = self._starts[node].get(rest[0], 0) if len(rest) == 2 else 0
        return tensor_name(self._prefix + node, start + int(number))


def _given(value: Any, given: Mapping[str, Any]) -> Any:
    """An attribute of a node in a function, which may stand for one of the call's."""
    return given.get(value.placeholder, value) if value.HasField("placeholder") else value
