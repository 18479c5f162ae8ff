"""The layers and edges of an IR as records, with every reference between them checked."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import attrs

from dldt.compiler.errors import InputError
from dldt.compiler.ir.document import Element
from dldt.compiler.ir.names import split_names
from dldt.compiler.ir.shapes import parse_int
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown

_PORT = re.compile(r"[:.]\d{1,4}\Z")
"""Behind the name of a layer: which of its outputs is meant."""

MAX_WORD = 200
"""The longest type and version of a layer; they stand in messages as they are."""


@attrs.frozen
class LayerPort:
    """One input or output of a layer: its number, its precision and layout as written, its tensor names."""

    id: int
    precision: str | None
    names: tuple[str, ...]
    layout: str | None = None


@attrs.frozen(eq=False)
class Layer:
    """One layer as it stands in the file."""

    id: int
    name: str
    type: str
    version: str
    element: Element = attrs.field(repr=False)
    inputs: tuple[LayerPort, ...]
    outputs: tuple[LayerPort, ...]

    @property
    def data(self) -> dict[str, str]:
        """The attributes of its ``<data>``."""
        data = self.element.child("data")
        return data.attributes if data else {}

    def runtime_info(self, name: str) -> dict[str, str] | None:
        """The runtime attribute called ``name``, None where it has none."""
        info = self.element.child("rt_info")
        found = (a.attributes for a in info.all("attribute")) if info else iter(())
        return next((a for a in found if a.get("name") == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Its name, and those of its tensors."""
        return (self.name, *(name for port in self.outputs for name in port.names))

    def is_a(self, type_name: str) -> bool:
        """Whether it is of that type; the case does not matter, as in OpenVINO."""
        return self.type.lower() == type_name.lower()

    def __str__(self) -> str:
        return f"layer {shown(self.name)} ({printable(self.type)}, id {self.id})"


@attrs.frozen(eq=False)
class Network:
    """Layers by id, in the order of the file, and the producer (layer, port) of every connected input port."""

    layers: dict[int, Layer]
    producers: dict[tuple[int, int], tuple[int, int]]

    def sources(self, layer: Layer) -> Iterator[tuple[int, int] | None]:
        """The producers of the layer's inputs, port by port; None for one that is not connected."""
        return (self.producers.get((layer.id, port.id)) for port in layer.inputs)

    def order(self) -> list[Layer]:
        """The layers that a Result or an Assign needs, and every Parameter; producers first, ties as in the file.

        Raises InputError on a cycle, wherever it is."""
        rank = {number: index for index, number in enumerate(self.layers)}
        ids = list(self.layers)
        waiting = {number: 0 for number in ids}
        consumers: dict[int, list[int]] = {number: [] for number in ids}
        for (target, _), (source, _) in self.producers.items():
            waiting[target] += 1
            consumers[source].append(target)
        ready = [rank[number] for number in ids if not waiting[number]]
        found = []
        while ready:
            number = ids[heapq.heappop(ready)]
            found.append(self.layers[number])
            for target in consumers[number]:
                waiting[target] -= 1
                if not waiting[target]:
                    heapq.heappush(ready, rank[target])
        if len(found) != len(ids):
            raise InputError(f"the layers form a cycle: {_cycle(self, waiting)}")
        live = self._live()
        return [layer for layer in found if layer.id in live]

    def cut(self, ends: Sequence[str]) -> Network:
        """The layers that the layers and tensors called ``ends`` need, and every Parameter: all of them where a name
        is not there."""
        named = {name: layer.id for layer in self.layers.values() for name in layer.names}
        found = [named.get(end, named.get(_PORT.sub("", end))) for end in ends]
        if None in found:
            return self
        live = self._live([number for number in found if number is not None])
        layers = {number: layer for number, layer in self.layers.items() if number in live}
        return Network(layers, {target: source for target, source in self.producers.items() if target[0] in live})

    def _live(self, ends: Sequence[int] | None = None) -> set[int]:
        """The layers that ``ends`` need; by default those without outputs, and assignments."""
        sinks = list(ends or ())
        if ends is None:
            sinks = [number for number, layer in self.layers.items() if not layer.outputs or layer.is_a("Assign")]
        live = {number for number, layer in self.layers.items() if layer.is_a("Parameter")}
        while sinks:
            number = sinks.pop()
            if number not in live:
                live.add(number)
                sinks += [source[0] for source in self.sources(self.layers[number]) if source is not None]
        return live


def parse_network(element: Element) -> Network:
    """The layers and edges in ``element`` (``<net>`` or a body). Raises InputError where they do not fit together."""
    holder, edges = element.child("layers"), element.child("edges")
    if holder is None:
        raise InputError(f"line {element.line}: <{printable(element.tag)}> has no <layers>")
    layers: dict[int, Layer] = {}
    by_name: dict[str, Layer] = {}
    for child in holder.all("layer"):
        layer = _layer(child)
        if layer.id in layers:
            raise InputError(f"{layer} has the same id as {layers[layer.id]}")
        if not layer.is_a("Result") and by_name.setdefault(layer.name, layer) is not layer:
            raise InputError(f"{layer} has the same name as {by_name[layer.name]}")
        layers[layer.id] = layer
    if not layers:
        raise InputError(f"line {holder.line}: <layers> is empty")
    return Network(layers, _producers(layers, edges))


def _layer(element: Element) -> Layer:
    attributes = element.attributes
    missing = [key for key in ("id", "name", "type", "version") if key not in attributes]
    if missing:
        raise InputError(f"line {element.line}: a layer has no {' and no '.join(missing)}")
    for key in ("type", "version"):
        if not attributes[key].isprintable() or len(attributes[key]) > MAX_WORD:
            raise InputError(f"line {element.line}: {shown(attributes[key])} is not the {key} of a layer")
    made = Layer(
        id=_id(element, "id"),
        name=attributes["name"],
        type=attributes["type"],
        version=attributes["version"],
        element=element,
        inputs=_ports(element.child("input")),
        outputs=_ports(element.child("output")),
    )
    ids = [port.id for port in made.inputs + made.outputs]
    number, count = Counter(ids).most_common(1)[0] if ids else (0, 0)
    if count > 1:
        raise InputError(f"{made} has two ports with id {number}")
    return made


def _ports(element: Element | None) -> tuple[LayerPort, ...]:
    return tuple(_port(child) for child in element.all("port")) if element else ()


def _port(element: Element) -> LayerPort:
    names = split_names(element.attributes.get("names", ""))
    return LayerPort(_id(element, "id"), element.attributes.get("precision"), names, _layout(element))


def _layout(element: Element) -> str | None:
    info = element.child("rt_info")
    found = (a.attributes for a in info.all("attribute")) if info else iter(())
    return next((a.get("layout") for a in found if a.get("name") == "layout"), None)


def _producers(layers: dict[int, Layer], edges: Element | None) -> dict[tuple[int, int], tuple[int, int]]:
    inputs = {(layer.id, port.id) for layer in layers.values() for port in layer.inputs}
    outputs = {(layer.id, port.id) for layer in layers.values() for port in layer.outputs}
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for edge in edges.all("edge") if edges else ():
        source = _id(edge, "from-layer"), _id(edge, "from-port")
        target = _id(edge, "to-layer"), _id(edge, "to-port")
        for end, ports, kind in ((source, outputs, "output"), (target, inputs, "input")):
            if end not in ports:
                raise InputError(f"line {edge.line}: an edge goes to {_missing(layers, end, kind)}")
        if target in found:
            raise InputError(f"line {edge.line}: input port {target[1]} of {layers[target[0]]} has two producers")
        found[target] = source
    return found


def _missing(layers: dict[int, Layer], end: tuple[int, int], kind: str) -> str:
    layer = layers.get(end[0])
    return (
        f"layer id {end[0]}, which does not exist" if layer is None else f"{layer}, which has no {kind} port {end[1]}"
    )


def _id(element: Element, key: str) -> int:
    text = element.attributes.get(key)
    if text is None:
        raise InputError(f"line {element.line}: <{printable(element.tag)}> has no {key}")
    try:
        return parse_int(text)
    except InputError as error:
        raise InputError(f"line {element.line}: {key} of <{printable(element.tag)}>: {error}") from error


def _cycle(network: Network, waiting: dict[int, int]) -> str:
    """The names along one cycle. Every stuck layer has a stuck producer, so a walk along these meets a layer again."""
    current = next(number for number, count in waiting.items() if count)
    path: dict[int, None] = {}
    while current not in path:
        path[current] = None
        sources = [source[0] for source in network.sources(network.layers[current]) if source is not None]
        current = next(number for number in sources if waiting[number])
    visited = list(path)
    ring = [network.layers[number].name for number in visited[visited.index(current) :]]
    names = [*ring[:5], "…"] if len(ring) > 5 else [*ring, ring[0]]
    return " ← ".join(map(shown, names))
