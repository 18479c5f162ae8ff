"""Switch and Merge, the branches of TensorFlow 1 → If with two bodies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import attrs

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.shown import shown
from dldt.frontends.tensorflow.graph_node import FlatGraph, GraphNode
from dldt.frontends.tensorflow.in_order import in_order
from dldt.frontends.tensorflow.needed_nodes import node_of, used_tensors
from dldt.frontends.tensorflow.renamed import renamed

SWITCHES = ("Switch", "RefSwitch")
MERGES = ("Merge", "RefMerge")
_PASSES = ("Identity", "RefIdentity")
_MAX_DEPTH = 256

Sides: TypeAlias = frozenset[tuple[str, int]]
"""The conditions under which a tensor exists: each with the side, 1 where it must be true."""


def with_branches(graph: FlatGraph) -> FlatGraph:
    """The graph with an If for each group of Merges of one condition. A Switch hands its data on: what is computed
    from one side of it becomes part of a branch. Raises UnsupportedError."""
    if not any(node.op in MERGES or node.op in SWITCHES for node in graph.nodes):
        return graph
    for node in graph.nodes:
        if (node.op in SWITCHES and len(node.inputs) != 2) or (node.op in _PASSES and not node.inputs):
            raise InputError(f"{node.op} {shown(node.name)} has {len(node.inputs)} inputs")
    return _Branches(graph).graph()


@attrs.define(eq=False)
class _Group:
    """Merges of one condition none of which depends on another one of them."""

    condition: str
    merges: list[GraphNode] = attrs.field(factory=list)


class _Branches:
    def __init__(self, graph: FlatGraph) -> None:
        self._whole = graph
        self._nodes = in_order(graph.nodes)
        self._makers = {name: node for node in self._nodes for name in (node.name, *node.outputs)}
        self._sides: dict[str, Sides] = {}
        self._groups: list[_Group] = []
        self._behind: dict[str, frozenset[int]] = {}
        """The groups that a node depends on."""

    def graph(self) -> FlatGraph:
        for node in self._nodes:
            self._visit(node)
        made = [self._if(group) for group in self._groups]
        merged = {merge.name for group in self._groups for merge in group.merges}
        kept = tuple(node for node in self._nodes if node.name not in merged)
        return renamed(attrs.evolve(self._whole, nodes=(*kept, *made)), self._data)

    def _visit(self, node: GraphNode) -> None:
        """Note under which conditions its outputs exist, and what they depend on."""
        names = [*used_tensors(node), *node.controls]
        sides = frozenset[tuple[str, int]]().union(*(self._of(name) for name in names))
        behind = frozenset[int]().union(*(self._behind.get(node_of(name), frozenset()) for name in names))
        if len(sides) > _MAX_DEPTH:
            raise UnsupportedError(f"node {shown(node.name)} depends on more than {_MAX_DEPTH} conditions")
        if node.op in MERGES:
            condition = self._condition(node)
            sides -= {(condition, 0), (condition, 1)}
            behind |= {self._join(node, condition, behind)}
        self._sides[node.name], self._behind[node.name] = sides, behind

    def _of(self, tensor: str) -> Sides:
        """The sides of a tensor; those of a Switch's output have its own."""
        name = node_of(tensor)
        node = self._makers.get(tensor) or self._makers.get(name)
        sides = self._sides.get(node.name if node else name, frozenset())
        if node is None or node.op not in SWITCHES:
            return sides
        return sides | {(self._plain(node.inputs[1]), int(tensor.endswith(":1")))}

    def _condition(self, merge: GraphNode) -> str:
        """What decides which input of a Merge exists."""
        if len(merge.inputs) != 2:
            raise UnsupportedError(f"{merge.op} {shown(merge.name)} joins {len(merge.inputs)} tensors, 2 are supported")
        first, second = (self._of(name) for name in merge.inputs)
        opposite = [c for c, side in first if (c, 1 - side) in second]
        lone = [] if opposite else [c for c, _ in first ^ second]
        found = opposite or lone
        if not found:
            raise UnsupportedError(f"{merge.op} {shown(merge.name)} joins tensors that no Switch tells apart")
        # Of several conditions the innermost one is the one that was met last.
        order = {node.name: i for i, node in enumerate(self._nodes)}
        return max(found, key=lambda c: order.get(node_of(c), -1))

    def _join(self, merge: GraphNode, condition: str, behind: frozenset[int]) -> int:
        """Put a Merge into a group; the group's number."""
        for number, group in enumerate(self._groups):
            if group.condition == condition and number not in behind:
                group.merges.append(merge)
                return number
        self._groups.append(_Group(condition, [merge]))
        return len(self._groups) - 1

    def _if(self, group: _Group) -> GraphNode:
        bodies = {}
        for name, side in (("then_branch", 1), ("else_branch", 0)):
            outputs = tuple(self._input(merge, group.condition, side) for merge in group.merges)
            nodes = self._branch(outputs, (group.condition, side))
            bodies[name] = (FlatGraph(nodes, (), outputs),)
        outputs = tuple(merge.name for merge in group.merges)
        return GraphNode("If", f"{outputs[0]}/If", (group.condition,), outputs, bodies=bodies)

    def _input(self, merge: GraphNode, condition: str, side: int) -> str:
        """The input of a Merge that exists on this side."""
        first, second = merge.inputs
        own = (condition, side) in self._of(first) or (condition, 1 - side) in self._of(second)
        return first if own else second

    def _branch(self, outputs: Sequence[str], side: tuple[str, int]) -> tuple[GraphNode, ...]:
        """The nodes that exist on one side alone."""
        found: dict[str, GraphNode] = {}
        pending = list(outputs)
        while pending:
            name = pending.pop()
            node = self._makers.get(name) or self._makers.get(node_of(name))
            if node is None or node.name in found or node.op in SWITCHES or side not in self._sides[node.name]:
                continue
            found[node.name] = node
            pending += used_tensors(node)
        inner = {merge.name for group in self._groups for merge in group.merges}
        nodes = [node for node in self._nodes if node.name in found and node.name not in inner]
        return (*nodes, *(self._if(group) for group in self._groups if group.merges[0].name in found))

    def _plain(self, tensor: str) -> str:
        """The tensor behind nodes that hand it on."""
        for _ in range(len(self._nodes)):
            node = self._makers.get(tensor)
            if node is None or node.op not in _PASSES or node.name != tensor:
                break
            tensor = node.inputs[0]
        return tensor

    def _data(self, tensor: str) -> str:
        """The tensor that a Switch hands on, where it is one's."""
        for _ in range(len(self._nodes)):
            node = self._makers.get(node_of(tensor))
            if node is None or node.op not in SWITCHES:
                break
            tensor = node.inputs[0]
        return tensor
