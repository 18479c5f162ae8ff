"""A symbol as plain records: its variables become inputs, parameters, or the zeros that recurrent layers begin with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.compiler.types import DType
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.mxnet.aliases import first_name
from dldt.frontends.mxnet.attributes import node_attributes
from dldt.frontends.mxnet.element_types import ELEMENT_TYPES
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.mxnet_symbol import VARIABLE, MxnetSymbol, SymbolNode
from dldt.frontends.mxnet.mxnet_text import MxnetText
from dldt.frontends.mxnet.tensor_names import TensorNames

_LABELLED = frozenset(
    ("SoftmaxOutput", "LinearRegressionOutput", "LogisticRegressionOutput", "MAERegressionOutput", "SVMOutput")
)
"""They compare with a label in training; it is left out."""
_PARAMETER_PORTS = frozenset(("weight", "bias", "gamma", "beta", "moving_mean", "moving_var", "parameters"))
"""Inputs of operations that hold what was learnt."""
_STATES = ("_moving_mean", "_moving_var")
"""The inputs of BatchNorm that files before version 0.9 do not list, by the ends of their names."""
_BEGIN = "begin_state"
_SUBGRAPHS = {"_foreach": ("fn",), "_while_loop": ("cond", "func"), "_cond": ("cond", "then_branch", "else_branch")}
"""What the sub-graphs of a node are called; files list them in this order."""
_MAX_RANK = 32


class SymbolRecords:
    """Makes the record of a symbol. ``params``: the arrays of its parameters; ``named``: variables that are inputs in
    any case. ``missing``: afterwards, parameters that there are no arrays of, each with the node that uses it."""

    def __init__(
        self, path: Path, symbol: MxnetSymbol, params: Mapping[str, TensorRecord], named: frozenset[str] = frozenset()
    ) -> None:
        self.missing: dict[str, str] = {}
        self._path = path
        self._symbol = symbol
        self._params = params
        self._named = named
        self._names = TensorNames(symbol)

    def graph(self, name: str) -> GraphRecord:
        """What the symbol's outputs need."""
        nodes: list[NodeRecord] = []
        inputs: dict[str, DeclaredType] = {}
        initializers: dict[str, TensorRecord] = {}
        needed = self._needed()
        for number, node in enumerate(self._symbol.nodes):
            if number not in needed:
                continue
            own = self._names.of_node(number)
            if node.op != VARIABLE:
                made, states = self._node(number, node)
                nodes.append(made)
                initializers.update(states)
            elif node.name in self._params and node.name not in self._named:
                initializers[own[0]] = self._params[node.name]
            elif (zeros := self._begin_state(node, own)) is not None:
                nodes.append(zeros)
            else:
                inputs[own[0]] = self._declared(node)
        self._check_parameters(nodes, inputs)
        return GraphRecord(name, tuple(nodes), inputs, self._names.of(self._symbol.heads), initializers)

    def _needed(self) -> set[int]:
        """The numbers of the nodes that the outputs need, without labels."""
        found: set[int] = set()
        pending = [node for node, _ in self._symbol.heads]
        while pending:
            number = pending.pop()
            if number in found:
                continue
            found.add(number)
            node = self._symbol.nodes[number]
            pending += [source for source, _ in self._inputs(node)]
        return found

    def _inputs(self, node: SymbolNode) -> tuple[tuple[int, int], ...]:
        return node.inputs[:1] if first_name(node.op) in _LABELLED else node.inputs

    def _node(self, number: int, node: SymbolNode) -> tuple[NodeRecord, dict[str, TensorRecord]]:
        """The node, and the parameters that old files do not list."""
        inputs = self._names.of(self._inputs(node))
        states: dict[str, TensorRecord] = {}
        if first_name(node.op) == "BatchNorm" and len(inputs) == 3:
            wanted = [node.name + end for end in _STATES]
            states = {name: self._params[name] for name in wanted if name in self._params}
            inputs += tuple(wanted)
            self.missing.update({name: f"{node.op} {shown(node.name)}" for name in wanted if name not in states})
        attributes: dict[str, Any] = dict(node_attributes(node.op, node.attributes, self._symbol.version))
        for key, graph in zip(_SUBGRAPHS.get(node.op, ()), node.subgraphs, strict=False):
            attributes[key] = self._subgraph(f"{node.name}/{key}", graph)
        return NodeRecord(node.op, node.name, inputs, self._names.of_node(number), attributes), states

    def _subgraph(self, name: str, symbol: MxnetSymbol) -> GraphRecord:
        """Its variables are its inputs, all of them, in their order; what they are is given by the node."""
        variables = [node.name for node in symbol.nodes if node.op == VARIABLE]
        inner = attrs.evolve(symbol, version=self._symbol.version, numpy_shapes=self._symbol.numpy_shapes)
        records = SymbolRecords(self._path, inner, {}, frozenset(variables))
        made = records.graph(name)
        self.missing.update(records.missing)
        own = [records.variable(number) for number, node in enumerate(symbol.nodes) if node.op == VARIABLE]
        return attrs.evolve(made, inputs={key: made.inputs.get(key, DeclaredType(DType.f32)) for key in own})

    def variable(self, number: int) -> str:
        """The tensor of a variable, by its node's number."""
        return self._names.of_node(number)[0]

    def _begin_state(self, node: SymbolNode, outputs: tuple[str, ...]) -> NodeRecord | None:
        shape = node.attributes.get("__shape__")
        if _BEGIN not in node.name or shape is None or node.name in self._named:
            return None
        return NodeRecord("_zeros", node.name, (), outputs, {"shape": MxnetText(shape)})

    def _declared(self, node: SymbolNode) -> DeclaredType:
        """The type of an input as its variable has it. Numbers are f32 where it does not tell."""
        code, shape = node.attributes.get("__dtype__", "0"), node.attributes.get("__shape__")
        dtype = ELEMENT_TYPES.get(int(code), DType.f32) if code.isdecimal() and len(code) < 3 else DType.f32
        if shape is None:
            return DeclaredType(dtype)
        try:
            dims = MxnetText(shape).as_kind(tuple[int, ...])
        except ValueError as error:
            raise self._no_shape(node, shape) from error
        free = -1 if self._symbol.numpy_shapes else 0
        if len(dims) > _MAX_RANK or any(dim < 0 and dim != free for dim in dims):
            raise self._no_shape(node, shape)
        if not dims and not self._symbol.numpy_shapes:
            return DeclaredType(dtype)
        return DeclaredType(dtype, tuple(None if dim == free else dim for dim in dims))

    def _no_shape(self, node: SymbolNode, shape: str) -> InputError:
        return InputError(f"{self._path}: variable {shown(node.name)} has the shape {shown(shape)}, which is none")

    def _check_parameters(self, nodes: list[NodeRecord], inputs: Mapping[str, DeclaredType]) -> None:
        """Notes inputs that are parameters by their use."""
        for node in nodes:
            importer = MXNET.find(node.op_type)
            ports = importer.signature.inputs if importer else ()
            for position, name in enumerate(node.inputs):
                port = ports[min(position, len(ports) - 1)].name if ports else ""
                learnt = port in _PARAMETER_PORTS or node.op_type == "_rnn_param_concat"
                if learnt and name in inputs and name not in self._named:
                    self.missing.setdefault(name, str(node))
