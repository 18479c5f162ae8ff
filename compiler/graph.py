"""The graph of operations. Only this module knows networkx; everyone else handles Value and Node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, cast

import attrs
import networkx as nx
import numpy as np

from dldt.compiler.condition import Condition
from dldt.compiler.dim_knowledge import DimKnowledge
from dldt.compiler.dims import DefinedDim, Dim, Symbol
from dldt.compiler.errors import InputError, InternalError
from dldt.compiler.inference import LEAST, Inference, inferring
from dldt.compiler.listed import listed
from dldt.compiler.op import Op, constant_like
from dldt.compiler.ops.core import Constant, Parameter, Result
from dldt.compiler.shown import shown
from dldt.compiler.topological_order import topological_order
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@attrs.frozen
class Value:
    """One output of a node: what flows along the edges."""

    graph: Graph = attrs.field(repr=False)
    id: int
    port: int = 0

    @property
    def node(self) -> Node:
        """The producer."""
        return Node(self.graph, self.id)

    @property
    def type(self) -> TensorType:
        """Element type and shape."""
        types: tuple[TensorType, ...] = self.graph._data(self.id)["types"]
        return types[self.port]

    @property
    def op(self) -> Op:
        """The producer's operation."""
        return self.node.op

    @property
    def inputs(self) -> tuple[Value | None, ...]:
        """The producer's inputs."""
        return self.node.inputs

    @property
    def name(self) -> str:
        """The first tensor name, else the producer's friendly name (with the port, where there are several)."""
        if self.names:
            return self.names[0]
        node = self.node
        return node.name if len(node.types) == 1 else f"{node.name}.{self.port}"

    @property
    def names(self) -> tuple[str, ...]:
        """The framework's names of this tensor."""
        names: dict[int, tuple[str, ...]] = self.graph._data(self.id)["tensor_names"]
        return names.get(self.port, ())

    @property
    def uses(self) -> list[tuple[Node, int]]:
        """The consumers as (node, input port), sorted."""
        return [(Node(self.graph, target), key) for target, key in sorted(self._edges())]

    def _edges(self) -> Iterator[tuple[int, int]]:
        for target, edges in self.graph._nx._succ[self.id].items():
            for key, data in edges.items():
                if data["port"] == self.port:
                    yield target, key

    @property
    def is_used(self) -> bool:
        """Whether it has a consumer."""
        return next(self._edges(), None) is not None

    @property
    def is_used_once(self) -> bool:
        """Whether it has one use. This takes no longer where it has many."""
        return len(list(islice(self._edges(), 2))) == 1

    @property
    def constant(self) -> Array | None:
        """The array, where the producer is a Constant."""
        op = self.op
        return op.value if isinstance(op, Constant) else None


@attrs.frozen
class Node:
    """An operation in a graph, with its inputs, outputs and friendly name."""

    graph: Graph = attrs.field(repr=False)
    id: int

    @property
    def op(self) -> Op:
        """The operation."""
        op: Op = self.graph._data(self.id)["op"]
        return op

    @property
    def name(self) -> str:
        """The friendly name, the framework's where it gave one."""
        name: str = self.graph._data(self.id)["name"]
        return name

    @property
    def types(self) -> tuple[TensorType, ...]:
        """The output types."""
        types: tuple[TensorType, ...] = self.graph._data(self.id)["types"]
        return types

    @property
    def bodies(self) -> tuple[Graph, ...]:
        """The sub-graphs that the operation holds."""
        return self.op.bodies

    @property
    def outputs(self) -> tuple[Value, ...]:
        """The output values."""
        return tuple(Value(self.graph, self.id, port) for port in range(len(self.types)))

    @property
    def inputs(self) -> tuple[Value | None, ...]:
        """The input values by port; None where an optional input is left out."""
        found: list[Value | None] = [None] * self.graph._data(self.id)["arity"]
        for source, edges in self.graph._nx._pred[self.id].items():
            for key, data in edges.items():
                found[key] = Value(self.graph, source, data["port"])
        return tuple(found)

    @property
    def is_used_once(self) -> bool:
        """Whether all its outputs together have one use."""
        edges = self.graph._nx._succ[self.id]
        return len(edges) == 1 and all(len(each) == 1 for each in edges.values())

    def __str__(self) -> str:
        return f"{self.op.type} {self.name!r}"


class Graph:
    """A typed graph: ``add`` infers each node's types at once, so an untyped node cannot exist."""

    def __init__(self, name: str = "model") -> None:
        self.name = name
        self.metadata: dict[str, str] = {}
        """Free key/value pairs (conversion parameters, producer): written to and read from the IR's rt_info."""
        self.origins: dict[int, str] = {}
        """For nodes that a node of the framework's became, by id: that node, for people."""
        self._nx: Any = nx.MultiDiGraph()
        self._next = 0
        self._parameters: list[int] = []
        self._results: list[int] = []
        self._dims = DimKnowledge()
        self._order: tuple[list[Node], list[Node]] | None = None
        """All nodes in order, and those that hold bodies, until an edge or a node comes or goes."""

    # ---- building -------------------------------------------------------------------------------------------------

    def parameter(self, name: str, type: TensorType) -> Value:
        """A new input of the graph."""
        (value,) = self.add(Parameter(element_type=type.dtype, shape=type.shape), (), name=name)
        self._data(value.id)["tensor_names"] = {0: (name,)}
        self._parameters.append(value.id)
        return value

    def constant(self, array: Array | float | Iterable[int], name: str = "") -> Value:
        """A new constant; the array is made read-only, not copied where it need not be."""
        return self.add(Constant.of(np.asarray(array)), (), name=name)[0]

    def result(self, value: Value, name: str = "", rank_of: str | None = None) -> Node:
        """A new output of the graph, called ``name`` (default: the value's own name), or the rank of another one."""
        (made,) = self.add(Result(rank_of), (value,), name=name or value.name)
        self._results.append(made.id)
        return made.node

    def add(self, op: Op, inputs: Iterable[Value | Array | float | None], name: str = "") -> tuple[Value, ...]:
        """A new node; its outputs. Numbers and arrays become constants. Raises ShapeError where types do not fit."""
        values = self._as_values(tuple(inputs))
        node_id = self._next
        name = name or f"{op.type}_{node_id}"
        for body in op.bodies:
            body._adopt(self._dims)
        types = self._infer(op, node_id, name, values)
        self._next += 1
        self._changing.add_node(
            node_id,
            op=op,
            types=types,
            name=name,
            arity=len(values),
            tensor_names={},
        )
        self._connect(node_id, values)
        return tuple(Value(self, node_id, port) for port in range(len(types)))

    def _infer(self, op: Op, node_id: int, name: str, values: Iterable[Value | None]) -> tuple[TensorType, ...]:
        """The types of a node with these inputs."""
        given = list(values)
        types = [None if v is None else self._dims.rewritten_value(v.type) for v in given]
        sources = [None if v is None else (v.id, v.port) for v in given]
        with inferring(Inference(self, f"{self.name}:{node_id}", name, types, sources)):
            made = op.types(*types)
        return tuple(map(self._dims.rewritten, made))

    def inferred(self, node: Node) -> tuple[TensorType, ...]:
        """The types of a node, inferred again from its inputs."""
        return self._infer(node.op, node.id, node.name, node.inputs)

    # ---- dims -------------------------------------------------------------------------------------------------------

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What must hold of dims for the graph to run, and could not be decided; those of bodies are not included."""
        return tuple(self._dims.conditions)

    def known(self, dim: Dim) -> Dim:
        """The dim, written with what is known to be equal."""
        return self._dims.known(dim)

    def demand(self, relation: str, left: Dim, right: Dim, node: str, meaning: str) -> None:
        """Note a condition without which the graph cannot run."""
        if self._dims.demand(Condition(relation, left, right, node, meaning)):
            self._rewrite_dims()

    def found(self, node: int, port: int, size: int) -> tuple[Dim, ...]:
        """The elements of a small tensor of integers, as dims that are found when the model runs."""
        value = Value(self, node, port)
        if value.type.value is not None:
            return value.type.value
        prefix = f"{self.name}:{node}.{port}"
        made = tuple(DefinedDim(f"{prefix}.{k}", LEAST).dim for k in range(size))
        self.define(value, made)
        return made

    def define(self, value: Value, elements: tuple[Dim, ...]) -> None:
        """Let ``elements`` be what a small tensor of integers holds."""
        data = self._data(value.id)
        types: tuple[TensorType, ...] = data["types"]
        changed = attrs.evolve(types[value.port], value=elements)
        data["types"] = (*types[: value.port], changed, *types[value.port + 1 :])

    def equate(self, symbol: Symbol, dim: Dim) -> None:
        """Let ``symbol`` stand for ``dim``: both are the same."""
        if self.known(symbol.dim) != self.known(dim):
            self._dims.rename(symbol.dim, dim)
            self._rewrite_dims()

    def _rewrite_dims(self) -> None:
        """Write the types of all nodes with what is known now."""
        for node in self._nx:
            data = self._data(node)
            data["types"] = tuple(map(self._dims.rewritten, data["types"]))
            for body in data["op"].bodies:
                body._adopt(self._dims)

    def _adopt(self, dims: DimKnowledge) -> None:
        if dims.replaced:
            self._dims.adopt(dims)
            self._rewrite_dims()

    def agree(self, old: Value, new: Value) -> bool:
        """Whether two values that are the same have one type, once their dims are known to be equal."""
        if old.type.dtype is not new.type.dtype or old.type.rank != new.type.rank:
            return False
        if self._dims.rename_each(zip(old.type.shape, new.type.shape, strict=True)):
            self._rewrite_dims()
        return old.type == new.type

    def _keep_value(self, old: Value, new: Value) -> None:
        """The elements of ``old`` that are dims are those of ``new``, too."""
        value, own = old.type.value, new.type.value
        if value is None or new.type.shape != old.type.shape:
            return
        if own is None:
            self.define(new, value)
        elif self._dims.rename_elements(zip(value, own, strict=True)):
            self._rewrite_dims()

    def _as_values(self, inputs: tuple[Any, ...]) -> list[Value | None]:
        first = next((x for x in inputs if isinstance(x, Value)), None)
        dtype = np.dtype("<f4") if first is None else first.type.dtype.numpy
        values: list[Value | None] = []
        for x in inputs:
            if isinstance(x, Value) and x.graph is not self:
                raise InternalError(f"value {shown(x.name)} belongs to another graph")
            values.append(x if x is None or isinstance(x, Value) else self.constant(constant_like(x, dtype)))
        while values and values[-1] is None:
            values.pop()
        return values

    def _connect(self, node_id: int, values: Iterable[Value | None]) -> None:
        for key, value in enumerate(values):
            if value is not None:
                self._changing.add_edge(value.id, node_id, key=key, port=value.port)

    # ---- reading --------------------------------------------------------------------------------------------------

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The Parameters, in the model's order."""
        return tuple(Value(self, i) for i in self._parameters)

    @property
    def outputs(self) -> tuple[Node, ...]:
        """The Result nodes, in the model's order; an output's value is ``result.inputs[0]``."""
        return tuple(Node(self, i) for i in self._results)

    @property
    def output_values(self) -> tuple[Value, ...]:
        """The values that the Results take."""
        return tuple(v for node in self.outputs for v in node.inputs if v is not None)

    @property
    def sinks(self) -> tuple[Node, ...]:
        """The nodes that stay though nothing may read them, oldest first."""
        return tuple(Node(self, i) for i in sorted(self._nx) if self._data(i)["op"].has(Trait.SINK))

    def __len__(self) -> int:
        return int(self._nx.number_of_nodes())

    def __contains__(self, node: Node) -> bool:
        return node.graph is self and node.id in self._nx

    def order(self) -> list[Node]:
        """All nodes, producers first; deterministic (ties by age). Raises InputError on a cycle."""
        return list(self._ordered[0])

    @property
    def _ordered(self) -> tuple[list[Node], list[Node]]:
        if self._order is not None:
            return self._order
        # networkx' own dicts: the views round them would take most of the time.
        found = topological_order(self._nx._succ, self._nx._pred)
        if len(found) != len(self._nx):
            stuck = (self._nx.nodes[n]["name"] for n in set(self._nx) - set(found))
            raise InputError(f"the graph has a cycle through {listed(sorted(stuck))}")
        nodes = [Node(self, node) for node in found]
        self._order = nodes, [node for node in nodes if node.bodies]
        return self._order

    @property
    def _changing(self) -> Any:
        """The networkx graph, whose nodes or edges are about to change."""
        self._order = None
        return self._nx

    def walk(self) -> Iterator[Graph]:
        """This graph and every sub-graph that its operations hold, outer first."""
        pending = [self]
        while pending:
            graph = pending.pop()
            yield graph
            for node in graph._ordered[1]:
                pending += node.bodies

    # ---- changing -------------------------------------------------------------------------------------------------

    def replace(self, old: Value, new: Value) -> None:
        """Every use of ``old`` becomes a use of ``new``; names move along. Refuses a change of type."""
        if old.type != new.type and not self.agree(old, new):
            raise InternalError(f"replacing {shown(old.name)} would change its type from {old.type} to {new.type}")
        if old == new:
            return
        self._keep_value(old, new)
        for node, key in old.uses:
            if node.id != new.id:
                self._changing.remove_edge(old.id, node.id, key=key)
                self._changing.add_edge(new.id, node.id, key=key, port=new.port)
        self._move_names(old, new)

    def rewire(self, node: Node, key: int, value: Value) -> None:
        """Input ``key`` of ``node`` becomes ``value``; the node's types must already hold for it."""
        for source, target, k in list(self._nx.in_edges(node.id, keys=True)):
            if k == key:
                self._changing.remove_edge(source, target, key=k)
        self._changing.add_edge(value.id, node.id, key=key, port=value.port)

    def _move_names(self, old: Value, new: Value) -> None:
        source, target = self._data(old.id), self._data(new.id)
        names = source["tensor_names"].pop(old.port, ())
        kept = target["tensor_names"].get(new.port, ())
        if names:
            target["tensor_names"][new.port] = kept + tuple(n for n in names if n not in kept)
        one_to_one = len(source["types"]) == 1 and len(target["types"]) == 1
        if one_to_one and not target["op"].has(Trait.SOURCE):
            target["name"] = source["name"]

    def rename(self, value: Value, names: tuple[str, ...]) -> None:
        """Give the tensor its names (the first is the one shown)."""
        self._data(value.id)["tensor_names"][value.port] = tuple(names)

    def rename_node(self, node: Node, name: str) -> None:
        """Give the node its friendly name, in what it demands of dims too."""
        data = self._data(node.id)
        self._dims.rename_node(data["name"], name)
        data["name"] = name

    def retype(self, inputs: dict[str, TensorType]) -> None:
        """Change the types of the named Parameters and infer everything again."""
        for value in self.inputs:
            wanted = inputs.get(value.node.name)
            if wanted is not None:
                self._data(value.id)["op"] = Parameter(element_type=wanted.dtype, shape=wanted.shape)
        self._dims.forget()
        for node in self.order():
            types = [None if v is None else v.type for v in node.inputs]
            self._data(node.id)["op"] = op = node.op.retyped(*types)
            self._data(node.id)["types"] = self._infer(op, node.id, node.name, node.inputs)

    def remove_output(self, node: Node) -> None:
        """Take a Result away (its producers go with ``prune``)."""
        self._results.remove(node.id)
        self._changing.remove_node(node.id)

    def remove_input(self, value: Value) -> None:
        """Take an unused Parameter away."""
        if value.is_used:
            raise InternalError(f"input {shown(value.name)} is still in use")
        self._parameters.remove(value.id)
        self._changing.remove_node(value.id)

    @property
    def ids(self) -> frozenset[int]:
        """The ids of the nodes. An id stays with its node, and is never given to another one."""
        return frozenset(self._nx)

    @property
    def mark(self) -> int:
        """The id that the next node gets: nodes added from now on have ids from here up."""
        return self._next

    def discard(self, node: Node) -> list[Node]:
        """Remove ``node`` where nothing uses it, then all that only it needed; the nodes left that lost a use."""
        pending = [node.id]
        bereft: set[int] = set()
        while pending:
            current = pending.pop()
            if current not in self._nx or self._nx.out_degree(current):
                continue
            if self._data(current)["op"].traits & (Trait.INTERFACE | Trait.SINK):
                continue
            sources = {source for source, _ in self._nx.in_edges(current)}
            self._changing.remove_node(current)
            bereft |= sources
            pending += sources
        return [Node(self, i) for i in sorted(bereft) if i in self._nx]

    def prune(self) -> int:
        """Remove every node that no Result and no sink needs (Parameters stay); how many went."""
        needed = set(self._parameters)
        pending = [*self._results, *(node.id for node in self.sinks)]
        while pending:
            node = pending.pop()
            if node not in needed:
                needed.add(node)
                pending += [source for source, _ in self._nx.in_edges(node)]
        dead = [node for node in self._nx if node not in needed]
        self._changing.remove_nodes_from(dead)
        return len(dead)

    def copy(self) -> Graph:
        """An independent graph with the same nodes, sub-graphs included (other operations and constants are shared,
        they are immutable)."""
        made = Graph(self.name)
        made.metadata = dict(self.metadata)
        made.origins = dict(self.origins)
        made._next = self._next
        made._parameters = list(self._parameters)
        made._results = list(self._results)
        made._dims = self._dims.copy()
        for node, data in self._nx.nodes(data=True):
            op = with_copied_bodies(data["op"]) if data["op"].bodies else data["op"]
            made._nx.add_node(node, **{**data, "op": op, "tensor_names": dict(data["tensor_names"])})
        for source, target, key, port in self._nx.edges(keys=True, data="port"):
            made._nx.add_edge(source, target, key=key, port=port)
        return made

    def _data(self, node_id: int) -> dict[str, Any]:
        data: dict[str, Any] = self._nx._node[node_id]
        return data


def with_copied_bodies(op: Op) -> Op:
    """The operation with independent copies of the sub-graphs that it holds."""
    frozen: Any = op
    bodies = {f.name: getattr(op, f.name) for f in attrs.fields(frozen.__class__)}
    copies = {name: body.copy() for name, body in bodies.items() if isinstance(body, Graph)}
    return cast("Op", attrs.evolve(frozen, **copies))
