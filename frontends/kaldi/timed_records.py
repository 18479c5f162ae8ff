"""TimedRecords of the operations that both forms of a network are made of."""

from __future__ import annotations

from typing import Any

import attrs

from dldt.compiler.types import DType
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.kaldi.timed_network import TimedNetwork, TimedNode


@attrs.define
class TimedRecords:
    """Node records in the order in which they are made; equal ones are made once."""

    nodes: list[NodeRecord] = attrs.field(factory=list)
    made: dict[tuple[Any, ...], str] = attrs.field(factory=dict)
    names: set[str] = attrs.field(factory=set)

    def add(self, op_type: str, name: str, inputs: tuple[str, ...], **attributes: Any) -> str:
        """The output of a node. An equal one may be there already."""
        key = (op_type, inputs, *sorted(attributes.items()))
        if key not in self.made:
            self.made[key] = self.node(op_type, name, inputs, attributes)
        return self.made[key]

    def node(self, op_type: str, name: str, inputs: tuple[str, ...], attributes: dict[str, Any]) -> str:
        """The output of a node of its own."""
        own = self.free(name)
        self.nodes.append(NodeRecord(op_type, own, inputs, (own,), attributes))
        return own

    def component(self, node: TimedNode, inputs: tuple[str, ...]) -> None:
        """A node of the network."""
        self.names.add(node.name)
        given = {**node.attributes, "width": node.width} if node.op_type == "Const" else node.attributes
        self.nodes.append(NodeRecord(node.op_type, node.name, inputs, (node.name,), given))

    def free(self, name: str) -> str:
        """``name``, or such a name with a number."""
        own, number = name, 2
        while own in self.names:
            own, number = f"{name}_{number}", number + 1
        self.names.add(own)
        return own

    def window(self, source: str, before: int, after: int, skip: int, drop: int, fill: str = "zero") -> str:
        """``source`` with ``before`` and ``after`` frames added (of zeros, or its first and last ones), then without
        its first ``skip`` and last ``drop`` frames."""
        if not (before or after or skip or drop):
            return source
        name = f"{source}/frames{skip - before:+d}"
        return self.add("Frames", name, (source,), before=before, after=after, skip=skip, drop=drop, fill=fill)


def record_of(network: TimedNetwork, records: TimedRecords, inputs: dict[str, DeclaredType]) -> GraphRecord:
    """The graph record whose outputs are the network's."""
    return GraphRecord(network.path.stem, tuple(records.nodes), inputs, tuple(network.outputs))


def frames_type(rows: int | str | None, width: int) -> DeclaredType:
    """The declared type of frames."""
    return DeclaredType(DType.f32, (rows, width))
