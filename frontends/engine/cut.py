"""Cutting a model: new inputs in the middle of it, and other outputs, by tensor or node name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from dldt.compiler.did_you_mean import did_you_mean
from dldt.compiler.errors import UsageError
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.input_spec import InputSpec
from dldt.frontends.engine.record import GraphRecord, NodeRecord, needed

_PORT_AFTER = re.compile(r"(.+):(\d{1,4})", re.DOTALL)
_PORT_BEFORE = re.compile(r"(\d{1,4}):(.+)", re.DOTALL)


@attrs.frozen(eq=False)
class Cut:
    """A cut graph: its inputs by tensor name with their specs; ``made``: those that were inner tensors before."""

    record: GraphRecord
    specs: dict[str, InputSpec]
    made: dict[str, str]
    """New input → the tensor of the uncut graph that it stands for."""


def cut(record: GraphRecord, inputs: Mapping[str, InputSpec], outputs: Sequence[str] | None, file: Path) -> Cut:
    """``record`` with the named inputs and outputs. Names are tensors, ``node``, ``node:output port`` or
    ``input port:node``. Raises UsageError with the close matches of an unknown name."""
    names = _Names(record, file)
    wanted = record.outputs if outputs is None else tuple(dict.fromkeys(n for o in outputs for n in names.outputs(o)))
    specs: dict[str, InputSpec] = {}
    made: dict[str, str] = {}
    nodes = list(record.nodes)
    for given, spec in inputs.items():
        targets = names.inputs(given)
        if len(targets) > 1 and spec.shape is not None:
            raise UsageError(
                f"{file}: node {shown(given)} has {len(targets)} inputs; give a shape for one: 0:{printable(given)}[…]"
            )
        for tensor, node, port in targets:
            name = tensor if node is None else f"{node.name or node.outputs[0]}/placeholder_port_{port}"
            if name in specs:
                raise UsageError(f"{file}: input {shown(given)} is named twice")
            specs[name] = spec
            if name not in record.inputs:
                made[name] = tensor
            if node is not None:
                nodes = [_rewired(n, port, name) if n.outputs == node.outputs else n for n in nodes]
    if not made and outputs is None:
        return Cut(record, specs, made)
    keep = {name for name in record.inputs if name in specs}
    fresh = attrs.evolve(
        record,
        nodes=tuple(attrs.evolve(n, outputs=tuple("" if o in made else o for o in n.outputs)) for n in nodes),
        inputs={**record.inputs, **{name: record.types.get(tensor, DeclaredType()) for name, tensor in made.items()}},
        outputs=wanted,
        initializers={name: tensor for name, tensor in record.initializers.items() if name not in made},
    )
    used = _reachable(fresh)
    inputs_left = {name: type for name, type in fresh.inputs.items() if name in used or name in made or name in keep}
    return Cut(attrs.evolve(fresh, inputs=inputs_left), specs, made)


class _Names:
    """Resolves what the user calls a tensor."""

    def __init__(self, record: GraphRecord, file: Path) -> None:
        self._record = record
        self._file = file
        self._tensors = {name for node in record.nodes for name in node.outputs if name}
        self._nodes: dict[str, list[NodeRecord]] = {}
        for node in record.nodes:
            if node.name:
                self._nodes.setdefault(node.name, []).append(node)

    def outputs(self, text: str) -> list[str]:
        """The tensors that an ``--output`` names."""
        if text in self._tensors or text in self._record.inputs:
            return [text]
        if text in self._nodes:
            return [name for name in self._node(text).outputs if name]
        after, before = _PORT_AFTER.fullmatch(text), _PORT_BEFORE.fullmatch(text)
        if after and (after[1] in self._nodes or after[1] in self._tensors):
            return [self._output_port(after[1], int(after[2]))]
        if before and (before[2] in self._nodes or before[2] in self._tensors):
            node = self._node(before[2])
            return [self._input_port(node, int(before[1]))]
        raise self._unknown(text, "output")

    def inputs(self, text: str) -> list[tuple[str, NodeRecord | None, int]]:
        """What an ``--input`` names: (tensor, None, 0), or (tensor, the one consumer that is cut, its port)."""
        if text in self._record.inputs or text in self._tensors or text in self._record.initializers:
            return [(text, None, 0)]
        if text in self._nodes:
            node = self._node(text)
            constant = self._record.initializers
            ports = [(n, node, p) for p, n in enumerate(node.inputs) if n and n not in constant]
            return [(n, None, 0) if len(self._users(n)) == 1 else (n, node, p) for n, node, p in ports]
        after, before = _PORT_AFTER.fullmatch(text), _PORT_BEFORE.fullmatch(text)
        if after and (after[1] in self._nodes or after[1] in self._tensors):
            return [(self._output_port(after[1], int(after[2])), None, 0)]
        if before and (before[2] in self._nodes or before[2] in self._tensors):
            node, port = self._node(before[2]), int(before[1])
            return [(self._input_port(node, port), node, port)]
        raise self._unknown(text, "input")

    def _node(self, name: str) -> NodeRecord:
        if name not in self._nodes:
            return next(node for node in self._record.nodes if name in node.outputs)
        found = self._nodes[name]
        if len(found) > 1:
            raise UsageError(f"{self._file}: {len(found)} nodes are named {shown(name)}; name the tensor instead")
        return found[0]

    def _users(self, tensor: str) -> list[NodeRecord]:
        return [node for node in self._record.nodes if tensor in needed(node)]

    def _output_port(self, name: str, port: int) -> str:
        node = self._node(name)
        if port >= len(node.outputs) or not node.outputs[port]:
            raise UsageError(f"{self._file}: {node} has no output port {port} ({len(node.outputs)} outputs)")
        return node.outputs[port]

    def _input_port(self, node: NodeRecord, port: int) -> str:
        if port >= len(node.inputs) or not node.inputs[port]:
            raise UsageError(f"{self._file}: {node} has no input port {port} ({len(node.inputs)} inputs)")
        return node.inputs[port]

    def _unknown(self, text: str, kind: str) -> UsageError:
        known = [*self._record.inputs, *self._record.outputs, *self._nodes, *sorted(self._tensors)]
        return UsageError(
            f"{self._file}: {kind} {shown(text)}: no tensor or node has this name{did_you_mean(text, known)}"
        )


def _rewired(node: NodeRecord, port: int, name: str) -> NodeRecord:
    inputs = list(node.inputs)
    inputs[port] = name
    return attrs.evolve(node, inputs=tuple(inputs))


def _reachable(record: GraphRecord) -> set[str]:
    """The tensors that outputs and effects need."""
    producers = {name: node for node in record.nodes for name in node.outputs if name}
    used: set[str] = set()
    pending = [*record.outputs, *record.effects]
    while pending:
        name = pending.pop()
        if name in used:
            continue
        used.add(name)
        if name in producers:
            pending += needed(producers[name])
    return used
