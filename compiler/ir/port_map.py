"""How the branches of an If take its inputs and give its outputs."""

from __future__ import annotations

import attrs

from dldt.compiler.errors import InputError
from dldt.compiler.ir.document import Element
from dldt.compiler.ir.layers import Layer, Network
from dldt.compiler.ir.shapes import parse_int


@attrs.frozen
class PortMap:
    """``parameters``: captured input (0 is the first after the condition) → ids of the body's Parameters that take it;
    ``results``: the id of the body's Result for every output."""

    parameters: dict[int, tuple[int, ...]]
    results: tuple[int, ...]


def port_map_of(layer: Layer, tag: str, body: Network) -> PortMap:
    """What the port map ``tag`` of ``layer`` says. Raises InputError for ids that do not exist, for a
    Parameter or an output that is left open."""
    port_map = layer.element.child(tag)
    inputs = [_pair(entry, tag) for entry in port_map.all("input")] if port_map else []
    outputs = [_pair(entry, tag) for entry in port_map.all("output")] if port_map else []
    return PortMap(_parameters(layer, tag, body, inputs), _results(layer, tag, body, outputs))


def _parameters(layer: Layer, tag: str, body: Network, pairs: list[tuple[int, int]]) -> dict[int, tuple[int, ...]]:
    captures = {port.id: index for index, port in enumerate(layer.inputs[1:])}
    found: dict[int, list[int]] = {}
    seen: set[int] = set()
    for external, internal in pairs:
        if external not in captures:
            raise InputError(f"<{tag}> takes input port {external}, which does not exist or is the condition")
        _check_internal(body, tag, internal, "Parameter")
        if internal in seen:
            raise InputError(f"<{tag}> gives {body.layers[internal]} two values")
        seen.add(internal)
        found.setdefault(captures[external], []).append(internal)
    for inner in body.layers.values():
        if inner.is_a("Parameter") and inner.id not in seen:
            raise InputError(f"<{tag}> gives {inner} of the body no value")
    return {index: tuple(inner) for index, inner in found.items()}


def _results(layer: Layer, tag: str, body: Network, pairs: list[tuple[int, int]]) -> tuple[int, ...]:
    """Some writers number the outputs by their port ids, some from 0, as the specification's example does."""
    numbers = dict.fromkeys(port.id for port in layer.outputs)
    if any(external not in numbers for external, _ in pairs):
        numbers = dict.fromkeys(range(len(layer.outputs)))
    found: dict[int, int] = {}
    for external, internal in pairs:
        if external not in numbers:
            raise InputError(f"<{tag}> gives output port {external}, which does not exist")
        _check_internal(body, tag, internal, "Result")
        if external in found:
            raise InputError(f"<{tag}> gives output port {external} two values")
        found[external] = internal
    missing = [number for number in numbers if number not in found]
    if missing:
        raise InputError(f"<{tag}> gives output port {missing[0]} no value")
    return tuple(found[number] for number in numbers)


def _check_internal(body: Network, tag: str, internal: int, kind: str) -> None:
    inner = body.layers.get(internal)
    if inner is None:
        raise InputError(f"<{tag}> names layer {internal} of the body, which does not exist")
    if not inner.is_a(kind):
        raise InputError(f"<{tag}> names {inner} of the body, a {kind} is needed")


def _pair(entry: Element, tag: str) -> tuple[int, int]:
    try:
        return parse_int(entry.attributes["external_port_id"]), parse_int(entry.attributes["internal_layer_id"])
    except KeyError as error:
        raise InputError(f"line {entry.line}: an entry of <{tag}> has no {error.args[0]}") from error
