"""A model as a record → Graph, cut and with its inputs fixed as the user asks.

The way of a node: ``cut`` makes the tensors that the user names inputs and outputs; ``import_graph`` puts the nodes
that are left in order, finds those that have no importer, types the inputs and hands over to a ``Scope``; this looks up
the importer and the values of the node's inputs, checks the ``arguments``, calls the importer and names what it made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import attrs

from dldt.compiler.dims import Dim, symbols
from dldt.compiler.errors import DldtError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.compiler.types import TensorType
from dldt.frontends.engine.cut import Cut, cut
from dldt.frontends.engine.import_graph import import_graph
from dldt.frontends.engine.input_spec import InputSpec
from dldt.frontends.engine.input_type import input_type
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.symbols import Symbols

InputSpecs: TypeAlias = Mapping[str, InputSpec] | Sequence[InputSpec]
"""What the user says about inputs: by name, or in the model's order."""


def import_model(model: ModelRecord, inputs: InputSpecs = (), outputs: Sequence[str] | None = None) -> Graph:
    """The graph of a model. ``outputs``: where to cut it.

    Raises InputError, ShapeError, UnsupportedError (all missing operations at once), UsageError (unknown names).
    """
    try:
        return _imported(model, inputs, outputs)
    except DldtError as error:
        if str(model.path) in str(error):
            raise
        raise type(error)(f"{model.path}: {error}") from error


def _imported(model: ModelRecord, inputs: InputSpecs, outputs: Sequence[str] | None) -> Graph:
    named = inputs if isinstance(inputs, Mapping) else _by_order(model, inputs)
    wanted = cut(model.graph, named, outputs, model.path)
    names = Symbols()
    types = {name: _cut_type(model, wanted, name, tensor, names) for name, tensor in wanted.made.items()}
    return import_graph(model, wanted.record, wanted.specs, types, names)


def _by_order(model: ModelRecord, specs: Sequence[InputSpec]) -> dict[str, InputSpec]:
    if len(specs) > len(model.graph.inputs):
        known = ", ".join(model.graph.inputs)
        raise UsageError(f"{model.path}: {len(specs)} shapes are given, there are {len(model.graph.inputs)}: {known}")
    return dict(zip(model.graph.inputs, specs, strict=False))


def _cut_type(model: ModelRecord, wanted: Cut, name: str, tensor: str, names: Symbols) -> TensorType:
    """The type of an input that the cut makes: given, in the file, or inferred from what stands before it."""
    spec = wanted.specs[name]
    declared = model.graph.types.get(tensor)
    if spec.shape is not None and spec.dtype is not None:
        return TensorType(spec.dtype, spec.dims(name, names))
    if declared is not None and declared.dtype is not None and (spec.shape or declared.shape is not None):
        return input_type(name, declared, attrs.evolve(spec, value=None), names, model.path)
    before = {key: given for key, given in wanted.specs.items() if key not in wanted.made}
    prefix = cut(model.graph, {}, [tensor], model.path).record
    try:
        (value,) = import_graph(model, prefix, before, {}, names).output_values
    except DldtError as error:
        raise UsageError(
            f"{model.path}: the type of {shown(tensor)} is not known; give it as {printable(name)}[d,d,…]{{f32}} "
            f"({error})"
        ) from error
    shape = spec.dims(name, names) if spec.shape is not None else _as_input(value.type.shape, name, names)
    return TensorType(spec.dtype or value.type.dtype, shape)


def _as_input(shape: tuple[Dim, ...], name: str, names: Symbols) -> tuple[Dim, ...]:
    """Computed dims become fresh symbols: an input's dim is a number or a symbol."""
    return tuple(
        dim if isinstance(dim, int) or any(dim == s.dim for s in symbols(dim)) else names.fresh(f"{name}_{axis}")
        for axis, dim in enumerate(shape)
    )
