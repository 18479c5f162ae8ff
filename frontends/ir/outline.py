"""What an IR holds, read without making a graph of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dldt.compiler.errors import DldtError, UnsupportedError
from dldt.compiler.ir.document import Element, parse_document
from dldt.compiler.ir.layers import Layer, Network, parse_network
from dldt.compiler.ir.limits import MAX_XML_BYTES
from dldt.compiler.ir.metadata import read_metadata
from dldt.compiler.ir.plan import BODY_TAGS
from dldt.compiler.ir.versions import find_meaning
from dldt.compiler.safe_open import open_regular
from dldt.frontends.engine.outline import Outline, counted

_NO_OPERATIONS = ("parameter", "result", "const")


def ir_outline(path: Path) -> Outline:
    """The outline of an .xml. Raises InputError where it is not sound."""
    with open_regular(path, max_bytes=MAX_XML_BYTES) as file:
        root = parse_document(file, str(path))
    try:
        network = parse_network(root)
        layers = list(_layers(network))
    except DldtError as error:
        raise type(error)(f"{path}: {error}") from error
    operations = [layer for layer in layers if layer.type.lower() not in _NO_OPERATIONS]
    own = network.layers.values()
    return Outline(
        root.attributes.get("name") or path.stem,
        tuple(f"{layer.name}: {_declared(layer)}" for layer in own if layer.is_a("Parameter")),
        tuple(layer.name for layer in own if layer.is_a("Result")),
        counted(map(_operation, operations)),
        counted(_operation(layer) for layer in operations if not _known(layer)),
        sum(layer.is_a("Const") for layer in layers),
        read_metadata(root),
    )


def _layers(network: Network) -> Iterator[Layer]:
    """Every layer, those in bodies after their owner; the document's depth is bounded."""
    for layer in network.layers.values():
        yield layer
        for tag in BODY_TAGS.get(layer.type.lower(), ()):
            body: Element | None = layer.element.child(tag)
            if body is not None:
                yield from _layers(parse_network(body))


def _declared(layer: Layer) -> str:
    return f"{layer.data.get('element_type', '?')}[{layer.data.get('shape', '…')}]"


def _operation(layer: Layer) -> str:
    return f"{layer.version}::{layer.type}"


def _known(layer: Layer) -> bool:
    if layer.is_a("Identity"):
        return True
    try:
        find_meaning(layer.type, layer.version)
    except UnsupportedError:
        return False
    return True
