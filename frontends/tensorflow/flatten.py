"""Calls of functions → the nodes of the functions; functions as bodies of control flow → bodies."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import attrs

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.tensorflow.conditionals import SWITCHES
from dldt.frontends.tensorflow.frames import with_loops
from dldt.frontends.tensorflow.function_library import ENTERS, FunctionLibrary, FunctionNodes
from dldt.frontends.tensorflow.graph_node import FlatGraph, GraphNode, tensor_names
from dldt.frontends.tensorflow.needed_nodes import pruned
from dldt.frontends.tensorflow.renamed import renamed, renamed_node

_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_BRANCHES = {
    "If": ("then_branch", "else_branch"),
    "StatelessIf": ("then_branch", "else_branch"),
    "Case": ("branches",),
    "StatelessCase": ("branches",),
}
_LOOPS = ("While", "StatelessWhile")
_PASSES = ("Identity", "StopGradient")
_MAX_DEPTH = 48


class Flatten:
    """Flattens one graph. What a loop hands on unchanged, such as a variable, its body takes from around."""

    def __init__(self, library: FunctionLibrary, file: Path) -> None:
        self._library = library
        self._file = file
        self._names: dict[str, str] = {}
        self.written: list[GraphNode] = []
        """The nodes that change variables in functions that are called."""

    def graph(self, nodes: Iterable[GraphNode], inputs: tuple[str, ...], outputs: tuple[str, ...]) -> FlatGraph:
        """The flat graph. Raises InputError where functions call themselves or do not fit their calls."""
        whole = FlatGraph(tuple(self._flat(nodes, ())), inputs, outputs)
        return pruned(with_loops(renamed(whole, self.name)))

    def rename(self, tensor: str, name: str) -> None:
        """The graph calls the tensor by this name."""
        self._names[tensor] = name

    def everything(self, nodes: Iterable[GraphNode]) -> list[GraphNode]:
        """The nodes with those of the functions that they call, whether something reads them or not."""
        return [renamed_node(node, self.name) for node in self._flat(nodes, ())]

    def name(self, tensor: str) -> str:
        """The tensor that a name stands for."""
        seen = {tensor}
        while tensor in self._names:
            tensor = self._names[tensor]
            if tensor in seen:
                raise InputError(f"{self._file}: tensor {shown(tensor)} is computed from itself")
            seen.add(tensor)
        return tensor

    def _flat(self, nodes: Iterable[GraphNode], callers: tuple[str, ...]) -> list[GraphNode]:
        if len(callers) > _MAX_DEPTH:
            raise InputError(f"{self._file}: functions call one another more than {_MAX_DEPTH} deep: {callers[-1]}")
        made: list[GraphNode] = []
        pending = deque((node, callers) for node in nodes)
        while pending:
            budget().tick()
            node, around = pending.popleft()
            function = self._function(node)
            if function is None:
                made.append(self._controlled(node, around))
                continue
            called = self._called(function, node, node.inputs, f"{node.name}/", around)
            self._names.update(zip(tensor_names(node.name, len(called.outputs)), called.outputs, strict=False))
            pending.extendleft((inner, (*around, function.name)) for inner in reversed(called.nodes))
        return made

    def _function(self, node: GraphNode) -> Any:
        """The NameAttrList of the function that a node calls, or None."""
        if node.op in _CALLS and "f" in node.attributes:
            return node.attributes["f"].func
        return _Direct(node.op) if node.op in self._library else None

    def _called(
        self, function: Any, node: GraphNode, arguments: Sequence[str], prefix: str, callers: tuple[str, ...]
    ) -> FunctionNodes:
        if function.name in callers or len(callers) > _MAX_DEPTH:
            raise InputError(
                f"{self._file}: function {shown(function.name)} calls itself, or functions are nested too deep"
            )
        given = {**node.attributes, **dict(function.attr)}
        return self._library.called(function.name, given, arguments, prefix)

    def _controlled(self, node: GraphNode, callers: tuple[str, ...]) -> GraphNode:
        """The node, with bodies where it is control flow."""
        if node.op.startswith("Assign") and callers:
            self.written.append(node)
        if node.op in _BRANCHES and all(name in node.attributes for name in _BRANCHES[node.op]):
            return self._branching(node, callers)
        if node.op in _LOOPS and "cond" in node.attributes and "body" in node.attributes:
            return self._loop(node, callers)
        return node

    def _branching(self, node: GraphNode, callers: tuple[str, ...]) -> GraphNode:
        bodies = {}
        for name in _BRANCHES[node.op]:
            value = node.attributes[name]
            functions = value.list.func if value.HasField("list") else (value.func,)
            bodies[name] = tuple(
                self._body(function, node, node.inputs[1:], (), f"{node.name}/{name}/{number or ''}", callers)
                for number, function in enumerate(functions)
            )
        kept = {name: value for name, value in node.attributes.items() if name not in bodies}
        return attrs.evolve(node, inputs=node.inputs[:1], attributes=kept, bodies=bodies)

    def _loop(self, node: GraphNode, callers: tuple[str, ...]) -> GraphNode:
        """The body gives whether there is another turn, and then the values: it computes the condition at its end."""
        functions = {name: node.attributes[name].func for name in ("cond", "body")}
        given = {name: tuple(f"{node.name}/{name}/:{i}" for i in range(len(node.inputs))) for name in functions}
        cond, body = (
            self._body(function, node, given[name], given[name], f"{node.name}/{name}/", callers)
            for name, function in functions.items()
        )
        if len(body.outputs) != len(node.inputs) or len(cond.outputs) != 1:
            counts = f"{len(body.outputs)} values for {len(node.inputs)}"
            raise InputError(
                f"{self._file}: the body of {shown(node.name)} gives {counts}, or its condition none or several"
            )
        again = self._body(functions["cond"], node, body.outputs, (), f"{node.name}/next/", callers)
        body = FlatGraph((*body.nodes, *again.nodes), body.inputs, (*again.outputs, *body.outputs))
        attributes = {name: value for name, value in node.attributes.items() if name not in functions}
        outputs = tensor_names(node.name, len(node.inputs))
        whole = attrs.evolve(node, outputs=outputs, attributes=attributes, bodies={"cond": (cond,), "body": (body,)})
        return self._without_invariants(whole, cond, body)

    def _without_invariants(self, node: GraphNode, cond: FlatGraph, body: FlatGraph) -> GraphNode:
        """The loop, whose bodies take from around what every turn hands on as it is."""
        values = list(enumerate(body.outputs[1:]))
        varying = [i for i, value in values if self._passed(body, value) != body.inputs[i]]
        for i in set(range(len(values))) - set(varying):
            self._names.update(dict.fromkeys((cond.inputs[i], body.inputs[i], node.outputs[i]), node.inputs[i]))
        outer, results, before, inside, behind = (
            tuple(part[i] for i in varying)
            for part in (node.inputs, node.outputs, cond.inputs, body.inputs, body.outputs[1:])
        )
        bodies = {
            "cond": (FlatGraph(cond.nodes, before, cond.outputs),),
            "body": (FlatGraph(body.nodes, inside, (body.outputs[0], *behind)),),
        }
        return attrs.evolve(node, inputs=outer, outputs=results, bodies=bodies)

    def _body(
        self,
        function: Any,
        node: GraphNode,
        arguments: tuple[str, ...],
        inputs: tuple[str, ...],
        prefix: str,
        callers: tuple[str, ...],
    ) -> FlatGraph:
        called = self._called(function, node, arguments, prefix, callers)
        body = FlatGraph(tuple(self._flat(called.nodes, (*callers, function.name))), inputs, called.outputs)
        own = any(node.op in (*ENTERS, *SWITCHES) for node in body.nodes)
        return with_loops(renamed(body, self.name)) if own else body

    def _passed(self, body: FlatGraph, tensor: str) -> str:
        """The tensor behind operations that hand it on."""
        producers = {node.name: node for node in body.nodes if node.op in _PASSES and len(node.inputs) == 1}
        for _ in range(len(body.nodes) + 1):
            tensor = self.name(tensor)
            if tensor not in producers:
                break
            tensor = producers[tensor].inputs[0]
        return tensor


@attrs.frozen
class _Direct:
    """A function that is called as an operation of its name."""

    name: str
    attr: tuple[()] = ()
