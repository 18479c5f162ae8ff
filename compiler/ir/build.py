"""A graph out of a plan: every layer becomes a node, checked against what the file says of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from dldt.compiler.errors import DldtError, InputError, ShapeError, UsageError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ir.compositions.composition import Composition
from dldt.compiler.ir.layers import Layer
from dldt.compiler.ir.loop_ports import read_ports
from dldt.compiler.ir.metadata import LAYOUT
from dldt.compiler.ir.names import UniqueNames, split_names
from dldt.compiler.ir.plan import BODY_TAGS, LayerPlan, Plan
from dldt.compiler.ir.port_map import port_map_of
from dldt.compiler.ir.precision import find_dtype
from dldt.compiler.ir.shapes import parse_int, parse_ints, parse_shape, restore_symbols, shape_text, symbol_stem
from dldt.compiler.ir.weights import Weights, checked_size
from dldt.compiler.op import Op
from dldt.compiler.ops.body_ports import InputPort
from dldt.compiler.ops.repetition import part_type
from dldt.compiler.shown import shown
from dldt.compiler.types import DType, Shape, TensorType

SYMBOLS_ATTRIBUTE = "dldt_symbols"
"""The runtime attribute of a Parameter that keeps its symbols; OpenVINO ignores it."""

_SINK = re.compile(r"/sink_port_\d+(_\d+)?$")


InputShapes: TypeAlias = Callable[[int, tuple[str, ...]], Shape | None]
"""An input's position and names → the shape to give it, None for its own."""


def build_graph(plan: Plan, weights: Weights, shapes: InputShapes | None, name: str) -> Graph:
    """The model's graph: Parameters and Results in the order of the file, inputs with the shapes that ``shapes`` gives
    them. Raises UsageError where such a shape has another rank."""
    builder = _GraphBuilder(plan, weights, Graph(name))
    layers = plan.network.layers.values()
    for position, layer in enumerate(layer for layer in layers if layer.is_a("Parameter")):
        builder.parameter(position, layer, shapes)
    try:
        builder.operations()
    except ShapeError as error:
        free = [value.node.name for value in builder.graph.inputs if not value.type.is_static]
        advice = f"; fixing the shape of {', '.join(map(shown, free[:3]))} (--input) may help" if free else ""
        raise type(error)(f"{error}{advice}") from error
    results = [layer for layer in layers if layer.is_a("Result")]
    if not results and not plan.cut:
        raise InputError("the model has no Result layer: it computes nothing")
    for layer in results:
        builder.result(layer)
    return builder.graph


class _GraphBuilder:
    """Builds one graph; ``values`` maps each output port of a layer to its value."""

    def __init__(self, plan: Plan, weights: Weights, graph: Graph, prefix: str = "") -> None:
        self.plan = plan
        self.weights = weights
        self.graph = graph
        self.prefix = prefix
        self.values: dict[tuple[int, int], Value] = {}
        self.tensor_names: dict[str, Layer] = {}
        self.repeated: Counter[str] = Counter()
        """How often each name was there again."""
        self.parameter_names = UniqueNames()
        self.stems = UniqueNames()
        self.result_names = UniqueNames()

    def parameter(self, position: int, layer: Layer, shapes: InputShapes | None) -> None:
        with _naming(layer):
            shape = parse_shape(_attribute(layer, "shape"), self.stems.take(symbol_stem(layer.name)))
            dtype = _element_type(layer)
            checked_size(dtype, tuple(dim for dim in shape if isinstance(dim, int)))
            recorded = layer.runtime_info(SYMBOLS_ATTRIBUTE)
            shape = restore_symbols(shape, recorded) if recorded and "dims" in recorded else shape
            names = layer.outputs[0].names if layer.outputs else ()
            given = shapes(position, (layer.name, *names)) if shapes else None
            shape = shape if given is None else _replaced(shape, given)
            name = layer.name if layer.name in names or not names else names[0]
            value = self.graph.parameter(self.parameter_names.take(name), TensorType(dtype, shape))
            self.publish(layer, (value,))
            if layer.outputs and layer.outputs[0].layout:
                self.graph.metadata[LAYOUT + value.node.name] = layer.outputs[0].layout

    def capture(self, index: int, captured: TensorType, layers: Sequence[Layer]) -> None:
        name = layers[0].name if layers else f"unused_{index}"
        value = self.graph.parameter(self.parameter_names.take(name), TensorType(captured.dtype, captured.shape))
        for layer in layers:
            with _naming(layer):
                self.publish(layer, (value,))

    def operations(self) -> None:
        for step in self.plan.steps:
            if step.layer.is_a("Parameter") or step.layer.is_a("Result"):
                continue
            with _naming(step.layer):
                self.publish(step.layer, self.operation(step))

    def operation(self, step: LayerPlan) -> tuple[Value, ...]:
        if step.layer.is_a("Const"):
            return (self.constant(step.layer),)
        inputs = [self.source(step.layer, index) for index in range(len(step.layer.inputs))]
        if step.meaning is None:
            return tuple(inputs[:1])
        if step.layer.is_a("If"):
            return self.conditional(step.meaning.operation, step, inputs)
        if step.layer.type.lower() in BODY_TAGS:
            return self.loop(step.meaning.operation, step, inputs)
        made = step.meaning.operation(**step.attributes)
        if isinstance(made, Composition):
            return self.composition(made, step.layer, inputs)
        adaptation = step.meaning.adaptation
        adapted = adaptation.inputs(self.graph, inputs, step.layer.data) if adaptation else inputs
        return self.graph.add(made, adapted, name=step.layer.name)

    def composition(self, made: Composition, layer: Layer, inputs: list[Value]) -> tuple[Value, ...]:
        values = made.outputs(inputs)
        if values[0] not in inputs and values[0].constant is None:
            self.graph.rename_node(values[0].node, layer.name)
        return values

    def constant(self, layer: Layer) -> Value:
        shape = parse_ints(_attribute(layer, "shape"))
        offset, size = (parse_int(_attribute(layer, key)) for key in ("offset", "size"))
        array = self.weights.tensor(_element_type(layer), shape, offset, size)
        return self.graph.constant(array, name=layer.name)

    def conditional(self, operation: Callable[..., Op], step: LayerPlan, inputs: list[Value]) -> tuple[Value, ...]:
        bodies = []
        for tag in BODY_TAGS["if"]:
            builder = self.body(step, tag)
            branch = port_map_of(step.layer, tag.replace("body", "port_map"), builder.plan.network)
            for index, captured in enumerate(value.type for value in inputs[1:]):
                layers = [builder.plan.network.layers[number] for number in branch.parameters.get(index, ())]
                builder.capture(index, captured, layers)
            bodies.append(builder.finished(branch.results))
        return self.graph.add(operation(*bodies), inputs, name=step.layer.name)

    def loop(self, operation: Callable[..., Op], step: LayerPlan, inputs: list[Value]) -> tuple[Value, ...]:
        builder = self.body(step, "body")
        ports = read_ports(step.layer, builder.plan.network)
        types = [value.type for value in inputs]
        feeds: dict[int, InputPort] = {port.parameter: port for port in ports.input_map}
        for index, number in enumerate(ports.parameters):
            layer = builder.plan.network.layers[number]
            if index in feeds:
                builder.capture(index, part_type(feeds[index], types), [layer])
            else:
                builder.parameter(index, layer, None)
        body = builder.finished(ports.results)
        made = operation(body, ports.input_map, ports.output_map, **ports.special)
        return self.graph.add(made.retyped(*types), inputs, name=step.layer.name)

    def body(self, step: LayerPlan, tag: str) -> _GraphBuilder:
        """The builder of a body, without Parameters so far."""
        plan = step.bodies.get(tag)
        if plan is None:
            raise InputError(f"it has no <{tag}>")
        name = f"{self.prefix}{step.layer.name}/{tag}"
        return _GraphBuilder(plan, self.weights, Graph(name), f"{name}/")

    def finished(self, results: Sequence[int]) -> Graph:
        """The body, once its Parameters are there, with these Results in their order."""
        self.operations()
        for number in results:
            self.result(self.plan.network.layers[number])
        return self.graph

    def source(self, layer: Layer, index: int) -> Value:
        port = layer.inputs[index]
        end = self.plan.network.producers.get((layer.id, port.id))
        if end is None:
            raise InputError(f"input port {port.id} is not connected")
        value = self.values.get(end)
        if value is None:
            raise InputError(f"input port {port.id} takes {self.plan.network.layers[end[0]]}, which has no such output")
        _check_precision(f"input port {port.id}", port.precision, value.type.dtype)
        return value

    def publish(self, layer: Layer, values: Sequence[Value]) -> None:
        if len(layer.outputs) > len(values):
            raise InputError(f"it has {len(layer.outputs)} outputs, but the operation gives {len(values)}")
        for port, value in zip(layer.outputs, values, strict=False):
            _check_precision(f"output port {port.id}", port.precision, value.type.dtype)
            self.values[layer.id, port.id] = value
            self.name_tensor(layer, value, port.names)

    def name_tensor(self, layer: Layer, value: Value, names: tuple[str, ...]) -> None:
        """Give the value the tensor names of a port. A name that another layer has already gets a number, as OpenVINO
        gives it one (``conv1_1``): layers of Caffe that work in place share their names."""
        own = tuple(self._own_name(layer, name) for name in names)
        if own:
            self.graph.rename(value, tuple(dict.fromkeys(value.names + own)))

    def _own_name(self, layer: Layer, name: str) -> str:
        found = name
        while self.tensor_names.setdefault(found, layer) is not layer:
            self.repeated[name] += 1
            found = f"{name}_{self.repeated[name]}"
        return found

    def result(self, layer: Layer) -> None:
        with _naming(layer):
            if not layer.inputs:
                raise InputError("it has no input")
            value = self.source(layer, 0)
            name = self.result_names.take(_result_name(layer, value))
            self.graph.result(value, name, rank_of=layer.data.get("rank_of"))


class _naming:  # noqa: N801 - reads as a statement
    """Puts the layer's name before the message of every error that the block raises."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, DldtError):
            raise type(error)(f"{self.layer}: {error}") from error


def _result_name(layer: Layer, value: Value) -> str:
    """The output's name as OpenVINO shows it: the Result's own tensor name, else its friendly name where that is a name
    of the tensor, else the tensor's first name, else the friendly name."""
    own = split_names(layer.element.attributes.get("output_names", ""))
    plain = _SINK.sub("", layer.name)
    if own:
        return plain if plain in own else own[0]
    return plain if plain in value.names or not value.names else value.names[0]


def _replaced(declared: Shape, wanted: Shape) -> Shape:
    if len(wanted) != len(declared):
        raise UsageError(f"the shape [{shape_text(wanted)}] is given for it, but it has {len(declared)} dims")
    return tuple(wanted)


def _attribute(layer: Layer, key: str) -> str:
    data: Mapping[str, str] = layer.data
    if key not in data:
        raise InputError(f"attribute {key} is missing")
    return data[key]


def _element_type(layer: Layer) -> DType:
    """The type in ``<data>``; the first writers of version 10 gave it only as the precision of the port."""
    precision = layer.outputs[0].precision if layer.outputs else None
    text = layer.data.get("element_type") or precision or _attribute(layer, "element_type")
    dtype = find_dtype(text)
    if dtype is None:
        raise InputError(f"element type {shown(text)} is not known")
    return dtype


def _check_precision(where: str, precision: str | None, dtype: DType) -> None:
    declared = find_dtype(precision) if precision else None
    if declared is not None and declared is not dtype:
        raise InputError(f"{where} is declared {precision}, but its tensor is {dtype}; the file contradicts itself")
