"""The layers and edges of a graph, and of the bodies in it, as lines of XML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError, InternalError, UnsupportedError
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.ir.attributes import write_attributes
from dldt.compiler.ir.build import SYMBOLS_ATTRIBUTE
from dldt.compiler.ir.half_constants import is_decompression
from dldt.compiler.ir.limits import MAX_BODY_NESTING
from dldt.compiler.ir.loop_ports import write_ports
from dldt.compiler.ir.metadata import LAYOUT
from dldt.compiler.ir.names import UniqueNames, join_names, quote
from dldt.compiler.ir.plan import BODY_TAGS
from dldt.compiler.ir.precision import precision_of
from dldt.compiler.ir.shapes import shape_text, symbols_text
from dldt.compiler.ir.weights import WeightsWriter
from dldt.compiler.ops.core import Constant, Parameter, Result
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.ops.state import ReadValue
from dldt.compiler.shown import shown
from dldt.compiler.types import TensorType


def emit_network(graph: Graph, weights: WeightsWriter, version: int, nesting: int = 0) -> Iterator[str]:
    """``<layers>`` and ``<edges>``: Parameters first, Results last, both in the model's order; what no Result and no
    sink needs is
    left out. Layer ids count from 0 in this order. Constants go to ``weights``."""
    if nesting > MAX_BODY_NESTING:
        raise InputError(f"bodies are nested deeper than {MAX_BODY_NESTING}")
    if not graph.outputs:
        raise InputError(f"graph {shown(graph.name)} has no outputs: there is nothing to write")
    emitter = _Emitter(graph, weights, version, nesting)
    yield f"{emitter.indent}<layers>\n"
    for node in emitter.ids:
        yield from emitter.layer(node)
    yield f"{emitter.indent}</layers>\n"
    yield f"{emitter.indent}<edges>\n"
    yield from emitter.edges()
    yield f"{emitter.indent}</edges>\n"


@attrs.define(init=False)
class _Emitter:
    """Writes one graph. Output ports are numbered after the input ports of their layer."""

    weights: WeightsWriter
    version: int
    nesting: int
    indent: str
    ids: dict[Node, int]
    layer_names: UniqueNames
    tensor_names: dict[Value, tuple[str, ...]]
    layouts: dict[str, str]
    """Of inputs, by name."""

    def __init__(self, graph: Graph, weights: WeightsWriter, version: int, nesting: int) -> None:
        self.weights = weights
        self.version = version
        self.nesting = nesting
        self.indent = "\t" * (1 + 3 * nesting)
        self.ids = {node: number for number, node in enumerate(_layer_order(graph))}
        self.layer_names = UniqueNames()
        self.tensor_names = _tensor_names(graph, self.ids)
        self.layouts = {
            key.removeprefix(LAYOUT): text for key, text in graph.metadata.items() if key.startswith(LAYOUT)
        }

    def layer(self, node: Node) -> Iterator[str]:
        tabs = self.indent + "\t"
        name = f"{node.name}/sink_port_0" if isinstance(node.op, Result) else node.name
        own_names = f" output_names={quote(join_names([node.name]))}" if self._names_itself(node) else ""
        yield (
            f'{tabs}<layer id="{self.ids[node]}" name={quote(self.layer_names.take(name))} '
            f'type="{node.op.type}" version="{node.op.opset}"{own_names}>\n'
        )
        yield from self._data(node, tabs + "\t")
        bodies: dict[str, Graph] = dict(zip(BODY_TAGS.get(node.op.type.lower(), ()), node.bodies, strict=True))
        if isinstance(node.op, Repetition):
            yield from self._loop_ports(node, node.op, tabs + "\t")
        else:
            for tag, body in bodies.items():
                yield from self._port_map(node, tag.replace("body", "port_map"), body, tabs + "\t")
        yield from self._ports(node, tabs + "\t")
        for tag, body in bodies.items():
            yield f"{tabs}\t<{tag}>\n"
            yield from emit_network(body, self.weights, self.version, self.nesting + 1)
            yield f"{tabs}\t</{tag}>\n"
        yield f"{tabs}</layer>\n"

    def edges(self) -> Iterator[str]:
        found = []
        for node, number in self.ids.items():
            for key, value in enumerate(node.inputs):
                if value is not None:
                    found.append((self.ids[value.node], _input_count(value.node) + value.port, number, key))
        for source, port, target, key in sorted(found):
            yield (
                f'{self.indent}\t<edge from-layer="{source}" from-port="{port}" to-layer="{target}" '
                f'to-port="{key}" />\n'
            )

    def _names_itself(self, node: Node) -> bool:
        return self.version > 10 and isinstance(node.op, Result) and node.name != ""

    def _data(self, node: Node, tabs: str) -> Iterator[str]:
        attributes = self._attributes(node)
        if attributes:
            yield f"{tabs}<data {_spelled(attributes)} />\n"
        if any(map(is_decompression, node.outputs)):
            yield from _runtime_info(tabs, "decompression", {})
        own = isinstance(node.op, Parameter) and not self.nesting  # those of a body are fed, and take these types
        symbols = symbols_text(node.types[0].shape) if own else {}
        if symbols:
            yield from _runtime_info(tabs, SYMBOLS_ATTRIBUTE, symbols)

    def _attributes(self, node: Node) -> Mapping[str, str]:
        op = node.op
        if isinstance(op, Constant):
            offset, size = self.weights.add(op.value)
            shape = ", ".join(map(str, op.value.shape))
            dtype = node.types[0].dtype.value
            return {"element_type": dtype, "shape": shape, "offset": str(offset), "size": str(size)}
        if isinstance(op, Parameter):
            self._check_static(node)
            return {"shape": shape_text(op.shape), "element_type": op.element_type.value}
        if isinstance(op, ReadValue):
            t = node.types[0]
            named = {"variable_id": op.variable_id, "variable_type": t.dtype.value}
            return {**named, "variable_shape": shape_text(t.shape)}
        return {} if op.bodies else write_attributes(op)

    def _check_static(self, node: Node) -> None:
        free = [str(dim) for dim in node.types[0].shape if not isinstance(dim, int)]
        if free and self.version == 10:
            raise UnsupportedError(
                f"input {shown(node.name)} has free dims ({', '.join(free)}), which IR version 10 cannot hold; give "
                "them values (--input) or write version 11"
            )

    def _ports(self, node: Node, tabs: str) -> Iterator[str]:
        given = [(key, value.type) for key, value in enumerate(node.inputs) if value is not None]
        if given:
            yield f"{tabs}<input>\n"
            for key, type in given:
                yield from _port(key, type, (), tabs + "\t")
            yield f"{tabs}</input>\n"
        if isinstance(node.op, Result):
            return
        first = _input_count(node)
        yield f"{tabs}<output>\n"
        layout = self.layouts.get(node.name, "") if isinstance(node.op, Parameter) else ""
        for value in node.outputs:
            yield from _port(first + value.port, value.type, self.tensor_names.get(value, ()), tabs + "\t", layout)
        yield f"{tabs}</output>\n"

    def _loop_ports(self, node: Node, op: Repetition, tabs: str) -> Iterator[str]:
        (body,) = node.bodies
        ids = {inner: number for number, inner in enumerate(_layer_order(body))}
        parameters = [ids[value.node] for value in body.inputs]
        lines = write_ports(op, _input_count(node), parameters, [ids[inner] for inner in body.outputs])
        yield from (tabs + line for line in lines)

    def _port_map(self, node: Node, tag: str, body: Graph, tabs: str) -> Iterator[str]:
        ids = {inner: number for number, inner in enumerate(_layer_order(body))}
        yield f"{tabs}<{tag}>\n"
        for index, value in enumerate(body.inputs):
            yield f'{tabs}\t<input external_port_id="{index + 1}" internal_layer_id="{ids[value.node]}" />\n'
        for index, inner in enumerate(body.outputs):
            external = _input_count(node) + index
            yield f'{tabs}\t<output external_port_id="{external}" internal_layer_id="{ids[inner]}" />\n'
        yield f"{tabs}</{tag}>\n"


def _layer_order(graph: Graph) -> list[Node]:
    needed: set[Node] = set()
    pending = [*graph.outputs, *graph.sinks]
    while pending:
        node = pending.pop()
        if node not in needed:
            needed.add(node)
            pending += [value.node for value in node.inputs if value is not None]
    inputs = [value.node for value in graph.inputs]
    ends = {*inputs, *graph.outputs}
    return [*inputs, *(node for node in graph.order() if node in needed and node not in ends), *graph.outputs]


def _tensor_names(graph: Graph, nodes: Mapping[Node, int]) -> dict[Value, tuple[str, ...]]:
    """The names of every tensor, each name once in the graph: those of inputs and outputs come before the others."""
    wanted: list[tuple[Value, str]] = [(value, value.node.name) for value in graph.inputs]
    seen: dict[str, Node] = {}
    for result in graph.outputs:
        if seen.setdefault(result.name, result) is not result:
            raise InputError(f"two outputs are called {shown(result.name)}; rename one of them")
        wanted += [(value, result.name) for value in result.inputs if value is not None]
    wanted += [(value, name) for node in nodes for value in node.outputs for name in value.names]
    owners: dict[str, Value] = {}
    for value, name in wanted:
        owners.setdefault(name, value)
    found: dict[Value, list[str]] = {}
    for node in nodes:
        for value in node.outputs:
            own = [name for name in value.names if name and owners[name] == value]
            found[value] = own
    for name, value in owners.items():
        if name and name not in found[value]:
            found[value].append(name)
    return {value: tuple(names) for value, names in found.items()}


def _runtime_info(tabs: str, name: str, values: Mapping[str, str]) -> Iterator[str]:
    yield f"{tabs}<rt_info>\n"
    yield f'{tabs}\t<attribute name="{name}" version="0" {_spelled(values)}'.rstrip() + " />\n"
    yield f"{tabs}</rt_info>\n"


def _port(number: int, type: TensorType, names: Sequence[str], tabs: str, layout: str = "") -> Iterator[str]:
    named = f" names={quote(join_names(names))}" if names else ""
    head = f'{tabs}<port id="{number}" precision="{precision_of(type.dtype)}"{named}'
    if not type.shape and not layout:
        yield f"{head} />\n"
        return
    yield f"{head}>\n"
    for dim in type.shape:
        yield f"{tabs}\t<dim>{_dim(dim)}</dim>\n"
    if layout:
        yield from _runtime_info(tabs + "\t", "layout", {"layout": layout})
    yield f"{tabs}</port>\n"


def _dim(dim: Dim) -> int:
    return dim if isinstance(dim, int) else -1


def _input_count(node: Node) -> int:
    inputs = node.inputs
    if any(value is None for value in inputs):
        raise InternalError(f"{node}: an input in the middle is left out, which the IR cannot hold")
    return len(inputs)


def _spelled(attributes: Mapping[str, str]) -> str:
    return " ".join(f"{name}={quote(text)}" for name, text in attributes.items())
