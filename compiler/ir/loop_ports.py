"""The port map of a Loop or TensorIterator: read into the records of the operation, and written from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from dldt.compiler.errors import InputError
from dldt.compiler.ir.document import Element
from dldt.compiler.ir.layers import Layer, Network
from dldt.compiler.ir.names import quote
from dldt.compiler.ir.shapes import parse_int
from dldt.compiler.ops.body_ports import (
    BodyOutput,
    ConcatOutput,
    InputPort,
    InvariantInput,
    MergedInput,
    OutputPort,
    SliceInput,
    Slices,
)
from dldt.compiler.ops.loop import Loop
from dldt.compiler.ops.repetition import Repetition

SLICED = ("axis", "start", "stride", "part_size", "end")
NO_PORT = -1
"""The external port of what only the body has: the turn's number and the condition."""


@attrs.frozen
class LoopPorts:
    """``parameters`` and ``results``: ids of the body's layers, by position; the rest are arguments of the operation:
    its ports, and for a Loop the condition and the turn's number."""

    parameters: tuple[int, ...]
    results: tuple[int, ...]
    input_map: tuple[InputPort, ...]
    output_map: tuple[OutputPort, ...]
    special: Mapping[str, int | None]


def read_ports(layer: Layer, body: Network) -> LoopPorts:
    """What the port map and the back edges of ``layer`` say. Raises InputError where they do not fit the body or leave
    a Parameter, an output or the condition open."""
    return _PortReader(layer, body).ports()


class _PortReader:
    def __init__(self, layer: Layer, body: Network) -> None:
        self.layer = layer
        self.parameters = [inner.id for inner in body.layers.values() if inner.is_a("Parameter")]
        self.results = [inner.id for inner in body.layers.values() if inner.is_a("Result")]
        edges = layer.element.child("back_edges")
        self.back = dict(self._back(edge) for edge in edges.all("edge")) if edges else {}
        port_map = layer.element.child("port_map")
        self.inputs = list(port_map.all("input")) if port_map else []
        self.outputs = list(port_map.all("output")) if port_map else []

    def ports(self) -> LoopPorts:
        """All of it."""
        special: dict[str, int | None] = {}
        if self.layer.is_a("Loop"):
            special = {"condition_result": self._condition(), "iteration_parameter": self._iteration()}
        inputs = tuple(self._input(entry) for entry in self.inputs if not self._is_special(entry))
        fed = [port.parameter for port in inputs]
        fed += [number for number in (special.get("iteration_parameter"),) if number is not None]
        for position, number in enumerate(self.parameters):
            if fed.count(position) != 1:
                count = "no value" if position not in fed else "several values"
                raise InputError(f"<port_map> gives Parameter {number} of the body {count}")
        return LoopPorts(tuple(self.parameters), tuple(self.results), inputs, self._outputs(), special)

    def _is_special(self, entry: Element) -> bool:
        return self._number(entry, "external_port_id") == NO_PORT and "purpose" in entry.attributes

    def _condition(self) -> int:
        for entry in self.outputs:
            if entry.attributes.get("purpose") == "execution_condition":
                return self._place(entry, self.results, "Result")
        raise InputError("<port_map> names no output with the purpose execution_condition")

    def _iteration(self) -> int | None:
        for entry in self.inputs:
            if entry.attributes.get("purpose") == "current_iteration":
                return self._place(entry, self.parameters, "Parameter")
        return None

    def _input(self, entry: Element) -> InputPort:
        position = self._external(entry, [port.id for port in self.layer.inputs], "input")
        parameter = self._place(entry, self.parameters, "Parameter")
        if "axis" in entry.attributes:
            return SliceInput(*self._slices(entry), input=position, parameter=parameter)
        if parameter in self.back:
            return MergedInput(position, parameter, self.back[parameter])
        return InvariantInput(position, parameter)

    def _outputs(self) -> tuple[OutputPort, ...]:
        numbers = [port.id for port in self.layer.outputs]
        found: dict[int, OutputPort] = {}
        for entry in self.outputs:
            if self._is_special(entry):
                continue
            position = self._external(entry, numbers, "output")
            result = self._place(entry, self.results, "Result")
            if position in found:
                raise InputError(f"<port_map> gives output port {numbers[position]} two values")
            sliced = "axis" in entry.attributes
            found[position] = ConcatOutput(*self._slices(entry), result=result) if sliced else BodyOutput(result)
        missing = [number for position, number in enumerate(numbers) if position not in found]
        if missing:
            raise InputError(f"<port_map> gives output port {missing[0]} no value")
        return tuple(found[position] for position in range(len(numbers)))

    def _slices(self, entry: Element) -> list[int]:
        default = {"start": 0, "stride": 1, "part_size": 1, "end": -1}
        return [self._number(entry, key, default.get(key)) for key in SLICED]

    def _external(self, entry: Element, numbers: Sequence[int], kind: str) -> int:
        number = self._number(entry, "external_port_id")
        if number not in numbers:
            raise InputError(f"<port_map> names {kind} port {number}, which does not exist")
        return numbers.index(number)

    def _place(self, entry: Element, numbers: Sequence[int], kind: str) -> int:
        return self._position(self._number(entry, "internal_layer_id"), numbers, kind)

    def _back(self, edge: Element) -> tuple[int, int]:
        source = self._position(self._number(edge, "from-layer"), self.results, "Result")
        return self._position(self._number(edge, "to-layer"), self.parameters, "Parameter"), source

    def _position(self, number: int, numbers: Sequence[int], kind: str) -> int:
        if number not in numbers:
            raise InputError(f"<port_map> or <back_edges> names layer {number} of the body, which is not a {kind}")
        return numbers.index(number)

    def _number(self, entry: Element, key: str, default: int | None = None) -> int:
        text = entry.attributes.get(key)
        if text is not None:
            return parse_int(text)
        if default is None:
            raise InputError(f"line {entry.line}: an entry of <port_map> or <back_edges> has no {key}")
        return default


def write_ports(op: Repetition, inputs: int, parameters: Sequence[int], results: Sequence[int]) -> Iterator[str]:
    """The lines of ``<port_map>`` and ``<back_edges>``, without indentation. ``inputs``: how many the layer has; its
    output ports are numbered behind them. ``parameters`` and ``results``: ids of the body's layers by position."""
    yield "<port_map>\n"
    for port in op.input_map:
        yield _entry("input", port.input, parameters[port.parameter], port)
    for position, out in enumerate(op.output_map):
        yield _entry("output", inputs + position, results[out.result], out)
    if isinstance(op, Loop):
        if op.iteration_parameter is not None:
            yield _entry("input", NO_PORT, parameters[op.iteration_parameter], None, "current_iteration")
        yield _entry("output", NO_PORT, results[op.condition_result], None, "execution_condition")
    yield "</port_map>\n"
    if op.carried:
        yield "<back_edges>\n"
        for merged in op.carried:
            yield f'\t<edge from-layer="{results[merged.result]}" to-layer="{parameters[merged.parameter]}" />\n'
        yield "</back_edges>\n"


def _entry(tag: str, external: int, internal: int, port: Any, purpose: str = "") -> str:
    slices = {key: getattr(port, key) for key in SLICED} if isinstance(port, Slices) else {}
    given = {"external_port_id": external, "internal_layer_id": internal, **slices}
    given |= {"purpose": purpose} if purpose else {}
    spelled = " ".join(f"{key}={quote(str(value))}" for key, value in given.items())
    return f"\t<{tag} {spelled} />\n"
