"""Frames, the loops of TensorFlow 1 → While with two bodies."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.shown import shown
from dldt.frontends.tensorflow.conditionals import MERGES, SWITCHES, with_branches
from dldt.frontends.tensorflow.function_library import ENTERS
from dldt.frontends.tensorflow.graph_node import FlatGraph, GraphNode
from dldt.frontends.tensorflow.needed_nodes import needed_nodes, node_of, used_tensors
from dldt.frontends.tensorflow.renamed import renamed, renamed_node

_EXITS = ("Exit", "RefExit")
_NEXT = ("NextIteration", "RefNextIteration")


def with_loops(graph: FlatGraph) -> FlatGraph:
    """The graph with a While for each frame, the innermost ones first, and an If for each condition. Raises InputError
    and UnsupportedError."""
    for node in graph.nodes:
        if node.op in (*ENTERS, *_EXITS, *_NEXT, "LoopCond") and len(node.inputs) != 1:
            raise InputError(f"{node.op} {shown(node.name)} has {len(node.inputs)} inputs")
    if any(node.op in ENTERS for node in graph.nodes):
        graph = _Frames(graph).graph()
    return with_branches(graph)


@attrs.define(eq=False)
class _Frame:
    """The nodes that run in every turn of a loop."""

    name: str
    parent: str = ""
    nodes: list[GraphNode] = attrs.field(factory=list)


@attrs.frozen(eq=False)
class _LoopValue:
    """A value that one turn hands to the next: before the first turn, in a turn, behind it, and after the last one."""

    start: str
    merge: str
    inside: tuple[str, ...]
    behind: str
    exits: tuple[str, ...]


class _Frames:
    def __init__(self, graph: FlatGraph) -> None:
        self._graph = graph
        self._nodes = {node.name: node for node in graph.nodes}
        self._frames: dict[str, _Frame] = {}
        self._frame_of: dict[str, str] = {}
        """The frame of each node; those around all frames are not there."""
        self._names: dict[str, str] = {}
        """The tensors that stand for others behind the loops that are rebuilt already."""

    def graph(self) -> FlatGraph:
        self._find()
        order = sorted(self._frames.values(), key=lambda frame: -self._depth(frame.name))
        kept = [node for node in self._graph.nodes if node.name not in self._frame_of]
        for frame in order:
            loop = self._loop(frame)
            (self._frames[frame.parent].nodes if frame.parent else kept).append(loop)
        whole = attrs.evolve(self._graph, nodes=tuple(node for node in kept if node.op not in _EXITS))
        return renamed(whole, self._name)

    def _find(self) -> None:
        """The frame of every node: an Enter opens one, an Exit leaves it, others are where their inputs are."""
        readers: dict[str, list[GraphNode]] = {}
        for node in self._graph.nodes:
            for name in used_tensors(node):
                readers.setdefault(node_of(name), []).append(node)
        pending = [node for node in self._graph.nodes if node.op in ENTERS]
        for node in pending:
            name = _frame_name(node)
            self._frames.setdefault(name, _Frame(name))
            self._frame_of[node.name] = name
        while pending:
            node = pending.pop()
            for reader in readers.get(node.name, ()):
                pending += self._entered(reader, self._frame_of.get(node.name, ""))
        for node in self._graph.nodes:
            if node.name in self._frame_of:
                self._frames[self._frame_of[node.name]].nodes.append(node)

    def _entered(self, node: GraphNode, frame: str) -> list[GraphNode]:
        """Note that a node reads something of a frame; the nodes whose frames have changed, whose readers may change,
        too."""
        if node.op in ENTERS:
            inner = self._frames[_frame_name(node)]
            if self._depth(frame) <= self._depth(inner.parent):
                return []
            inner.parent = frame
            return [self._nodes[name] for name, own in self._frame_of.items() if own == inner.name]
        wanted = self._frames[frame].parent if node.op in _EXITS and frame else frame
        if self._depth(wanted) <= self._depth(self._frame_of.get(node.name, "")):
            return []
        self._frame_of[node.name] = wanted
        return [node]

    def _depth(self, frame: str) -> int:
        depth = 0
        while frame:
            depth, frame = depth + 1, self._frames[frame].parent
            if depth > len(self._frames):
                raise InputError(f"frame {shown(frame)} lies in itself")
        return depth

    def _loop(self, frame: _Frame) -> GraphNode:
        merges = [node for node in frame.nodes if node.op in MERGES and self._is_start(node, frame)]
        conds = [node for node in frame.nodes if node.op == "LoopCond"]
        if len(conds) != 1 or not merges:
            raise UnsupportedError(
                f"the loop {shown(frame.name)} has {len(conds)} conditions and carries {len(merges)} values"
            )
        for node in frame.nodes:
            if node.op in ENTERS:
                self._names[node.name] = node.inputs[0]
        carried = [self._carried(merge, frame) for merge in merges]
        inner = self._inner(frame, carried, conds[0])
        stem = f"{frame.name}/loop"
        names = {part: tuple(f"{stem}/{part}/:{i}" for i in range(len(carried))) for part in ("cond", "body")}
        cond = self._part(inner, [conds[0].inputs[0]], carried, names["cond"])
        condition = cond.outputs[0]
        body = self._part(inner, [each.behind for each in carried], carried, names["body"])
        again = _copy(cond, names["cond"], body.outputs, f"{stem}/next/")
        whole = FlatGraph((*body.nodes, *again.nodes), body.inputs, (*again.outputs, *body.outputs))
        outputs = tuple(f"{stem}:{i}" for i in range(len(carried)))
        for each, output in zip(carried, outputs, strict=True):
            self._names.update(dict.fromkeys(each.exits, output))
        bodies = {"cond": (with_branches(attrs.evolve(cond, outputs=(condition,))),), "body": (with_branches(whole),)}
        inputs = tuple(each.start for each in carried)
        return GraphNode("While", stem, inputs, outputs, bodies=bodies)

    def _is_start(self, node: GraphNode, frame: _Frame) -> bool:
        """Whether a Merge takes what enters the loop first, and then what comes back."""
        return any(self._nodes[node_of(n)].op in _NEXT for n in node.inputs if node_of(n) in self._nodes)

    def _carried(self, merge: GraphNode, frame: _Frame) -> _LoopValue:
        makers = [self._nodes.get(node_of(name)) for name in merge.inputs]
        enter = next((node for node in makers if node is not None and node.op in ENTERS), None)
        back = next((node for node in makers if node is not None and node.op in _NEXT), None)
        if enter is None or back is None or len(makers) != 2:
            raise UnsupportedError(
                f"{merge.op} {shown(merge.name)} of the loop {shown(frame.name)} does not begin a carried value"
            )
        switches = [n.name for n in frame.nodes if n.op in SWITCHES and n.inputs[:1] == (merge.name,)]
        ends = {name for switch in switches for name in (switch, f"{switch}:0")}
        exits = [node.name for node in self._graph.nodes if node.op in _EXITS and node.inputs[0] in ends]
        inside = (merge.name, *(f"{switch}:1" for switch in switches))
        return _LoopValue(enter.inputs[0], merge.name, inside, back.inputs[0], tuple(exits))

    def _inner(self, frame: _Frame, carried: Sequence[_LoopValue], cond: GraphNode) -> tuple[GraphNode, ...]:
        """The nodes of a turn that compute."""
        ends = {node_of(name) for each in carried for name in each.inside}
        outside = (*ENTERS, *_EXITS, *_NEXT, "LoopCond")
        return tuple(node for node in frame.nodes if node.name not in ends and node.op not in outside)

    def _part(
        self, nodes: Sequence[GraphNode], outputs: Sequence[str], carried: Sequence[_LoopValue], names: Sequence[str]
    ) -> FlatGraph:
        """The nodes that compute these tensors of the carried values, which have these names."""
        given = {name: own for each, own in zip(carried, names, strict=True) for name in each.inside}

        def name(tensor: str) -> str:
            plain = self._name(tensor)
            return given.get(plain, plain)

        made = [renamed_node(node, name) for node in nodes]
        wanted = tuple(map(name, outputs))
        return FlatGraph(needed_nodes(made, wanted), tuple(names), wanted)

    def _name(self, tensor: str) -> str:
        for _ in range(len(self._names) + 1):
            if tensor not in self._names:
                break
            tensor = self._names[tensor]
        return tensor


def _frame_name(node: GraphNode) -> str:
    value = node.attributes.get("frame_name")
    name = value.s.decode("utf-8", "replace") if value is not None else ""
    if not name or not node.inputs:
        raise InputError(f"{node.op} {shown(node.name)} does not name its frame, or has no input")
    return name


def _copy(graph: FlatGraph, names: Sequence[str], values: Sequence[str], prefix: str) -> FlatGraph:
    """The graph once more, of other inputs: its nodes and their tensors get a prefix."""
    changed = dict(zip(names, values, strict=True))
    changed |= {name: prefix + name for node in graph.nodes for name in (node.name, *node.outputs)}

    def name(tensor: str) -> str:
        if tensor in changed:
            return changed[tensor]
        node, colon, port = tensor.partition(":")
        return changed[node] + colon + port if node in changed and node not in names else tensor

    nodes = tuple(
        attrs.evolve(renamed_node(node, name), name=prefix + node.name, outputs=tuple(prefix + n for n in node.outputs))
        for node in graph.nodes
    )
    return FlatGraph(nodes, (), tuple(map(name, graph.outputs)))
