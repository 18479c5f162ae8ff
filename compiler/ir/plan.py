"""What a reader must build: the layers in order, each with its operation and its attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.ir.attributes import read_attributes
from dldt.compiler.ir.document import Element
from dldt.compiler.ir.layers import Layer, Network, parse_network
from dldt.compiler.ir.limits import MAX_BODY_NESTING
from dldt.compiler.ir.versions import Meaning, find_meaning
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown

BODY_TAGS = {"if": ("then_body", "else_body"), "loop": ("body",), "tensoriterator": ("body",)}
"""The operations that hold bodies, in lower case, and the elements of these."""

_SPECIAL_TYPES = ("Const", "Parameter", "Result", *BODY_TAGS)
"""Types that hold tensors or bodies: their ``<data>`` is not that of an operation's attributes."""

_PACKED = ("u1", "u2", "u3", "u4", "u6", "i2", "i4", "nf4", "f4e2m1", "f8e4m3", "f8e5m2", "f8e8m0", "string", "bin")
"""Element types that OpenVINO has and we do not."""

_EXAMPLES = 5


@attrs.frozen(eq=False)
class LayerPlan:
    """One layer to build; ``meaning`` is None for an Identity, which builds nothing."""

    layer: Layer
    meaning: Meaning | None
    attributes: dict[str, Any]
    bodies: dict[str, Plan]


@attrs.frozen(eq=False)
class Plan:
    """A network with the steps that build it, producers first."""

    network: Network
    steps: tuple[LayerPlan, ...]
    cut: bool = False
    """Whether layers are left out."""


@attrs.define
class _Survey:
    """Collects what is not supported: reason → layer names."""

    missing: dict[str, list[str]] = attrs.field(factory=dict)
    layers: int = 0


def make_plan(element: Element, ends: Sequence[str] | None = None) -> Plan:
    """The plan for ``<net>``. Raises InputError where the file is not sound, and one UnsupportedError that names every
    operation and attribute that is not supported, wherever it is. ``ends`` are layers and tensors at which the model
    will be cut: what only comes behind them need not be supported."""
    survey = _Survey()
    plan = _plan(element, survey, 0)
    if survey.missing and ends:
        survey = _Survey()
        plan = _plan(element, survey, 0, ends)
    if survey.missing:
        raise UnsupportedError("\n".join(_report(survey)))
    return plan


def _plan(element: Element, survey: _Survey, nesting: int, ends: Sequence[str] = ()) -> Plan:
    if nesting > MAX_BODY_NESTING:
        raise InputError(f"line {element.line}: bodies are nested deeper than {MAX_BODY_NESTING}")
    network = parse_network(element)
    layers = network.order()
    if ends:
        network = network.cut(ends)
        layers = [layer for layer in layers if layer.id in network.layers]
    survey.layers += len(layers)
    steps = [_step(layer, survey, nesting) for layer in layers]
    return Plan(network, tuple(step for step in steps if step is not None), bool(ends))


def _step(layer: Layer, survey: _Survey, nesting: int) -> LayerPlan | None:
    """The plan of ``layer``. Where it is not supported: None, and an entry in the survey. The recursion into bodies
    ends at ``MAX_BODY_NESTING``."""
    elements = {tag: layer.element.child(tag) for tag in BODY_TAGS.get(layer.type.lower(), ())}
    bodies = {tag: _plan(e, survey, nesting + 1) for tag, e in elements.items() if e is not None}
    try:
        _check_element_type(layer)
        meaning = None if layer.is_a("Identity") else find_meaning(layer.type, layer.version)
        values = _attributes(layer, meaning)
    except UnsupportedError as error:
        about = str(error) if str(error).startswith("operation") else f"operation {layer.type}: {error}"
        survey.missing.setdefault(about, []).append(layer.name)
        return None
    except InputError as error:
        raise InputError(f"{layer}: {error}") from error
    return LayerPlan(layer, meaning, values, bodies)


def _attributes(layer: Layer, meaning: Meaning | None) -> dict[str, Any]:
    if meaning is None or any(map(layer.is_a, _SPECIAL_TYPES)):
        return {}
    data = meaning.adaptation.attributes(layer.data) if meaning.adaptation else layer.data
    return read_attributes(meaning.operation, data)


def _check_element_type(layer: Layer) -> None:
    text = layer.data.get("element_type", "").lower()
    if text in _PACKED:
        raise UnsupportedError(f"element type {printable(text)} is not supported")


def _report(survey: _Survey) -> Iterator[str]:
    count = sum(map(len, survey.missing.values()))
    yield f"{count} of {survey.layers} layers are not supported"
    for about, names in sorted(survey.missing.items()):
        some = ", ".join(map(shown, names[:_EXAMPLES])) + (", …" if len(names) > _EXAMPLES else "")
        yield f"  {printable(about)}: {len(names)} layer{'s' if len(names) > 1 else ''}: {some}"
    yield "  cut the model before them (--output), or convert the original model with other operations"
