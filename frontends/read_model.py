"""Any supported model file → Graph."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.safe_open import links_allowed, unchanged
from dldt.compiler.shown import shown
from dldt.frontends.engine.format import Format
from dldt.frontends.engine.format_of import format_of
from dldt.frontends.engine.input_spec import DimSpec, InputSpec, Number
from dldt.frontends.formats import FORMATS
from dldt.frontends.layout import InputLayout
from dldt.frontends.mean_scale import ChannelValues
from dldt.frontends.preprocess import preprocess
from dldt.frontends.tensorflow.object_export import saved_object

Inputs = Mapping[str, "InputSpec | Sequence[DimSpec] | None"] | Sequence["InputSpec | Sequence[DimSpec]"]


def read_model(
    path: str | os.PathLike[str] | object,
    *,
    inputs: Inputs | None = None,
    outputs: Sequence[str] | None = None,
    mean_values: ChannelValues | Sequence[float] | None = None,
    scale_values: ChannelValues | Sequence[float] | None = None,
    reverse_input_channels: bool = False,
    layout: Mapping[str, InputLayout | str] | InputLayout | str | None = None,
    freeze: Mapping[str, Any] | None = None,
    follow_links: bool = False,
    framework: str | None = None,
    options: Mapping[str, Any] | None = None,
    formats: Sequence[Format] = FORMATS,
) -> Graph:
    """The graph of a model file, of any of the ``formats`` (.onnx, or OpenVINO's .xml with its .bin), or of a Keras
    model or concrete function of TensorFlow in memory.

    ``inputs``: shapes by name (or in the model's order): a dim is a number, a symbol's name (``"N"``), a range
    (``"1..8"`` or ``(1, 8)``), or None for free. The name of an inner tensor or node cuts the model there, ``outputs``
    cuts it at the end. ``freeze``: inputs by name that become constants. ``mean_values``, ``scale_values``: numbers a
    channel; the model then computes (x - mean) / scale itself. ``layout``: ``"nhwc->nchw"`` for an NHWC model that
    shall be fed NCHW. ``follow_links``: files of weights that the model names may be links. ``framework``: whose model
    it is, where the file's name does not tell. ``options``: those that the format alone has, by name. Raises
    UsageError, InputError, UnsupportedError.
    """
    specs = _specs(inputs, freeze or {})
    with _file(path) as file, links_allowed(follow_links), unchanged(file):
        format = format_of(file, formats, framework)
        given = format.checked(options or {})
        graph = format.reader().load(file, specs, outputs, given)
    preprocess(graph, mean_values, scale_values, reverse_input_channels, _layouts(layout))
    return graph


@contextmanager
def _file(given: str | os.PathLike[str] | object) -> Iterator[Path]:
    """The file; of an object of a framework the one that it is written to while the block runs."""
    if isinstance(given, str | os.PathLike):
        yield Path(given)
        return
    with saved_object(given) as file:
        yield file


def _specs(inputs: Inputs | None, freeze: Mapping[str, Any]) -> dict[str, InputSpec] | list[InputSpec]:
    if inputs is not None and not isinstance(inputs, Mapping):
        if freeze:
            raise UsageError("inputs must be given by name where others are frozen")
        return [InputSpec.of(given) for given in inputs]
    specs = {name: InputSpec.of(given) for name, given in (inputs or {}).items()}
    for name, value in freeze.items():
        specs[name] = attrs.evolve(specs.get(name, InputSpec()), value=_frozen(name, value))
    return specs


def _frozen(name: str, value: Any) -> Number | tuple[Number, ...]:
    plain = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(plain, list | tuple) and all(isinstance(item, int | float) for item in plain):
        return tuple(plain)
    if isinstance(plain, int | float):
        return plain
    raise UsageError(f"input {shown(name)} can be frozen to a number or a flat list of numbers, not to {shown(value)}")


def _layouts(layout: Mapping[str, InputLayout | str] | InputLayout | str | None) -> dict[str, InputLayout]:
    if layout is None:
        return {}
    named = layout if isinstance(layout, Mapping) else {"": layout}
    return {name: item if isinstance(item, InputLayout) else InputLayout.parse(item) for name, item in named.items()}
