"""A compiled ONNX model as onnx's backend interface hands it out."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
from onnx.backend.base import BackendRep

from dldt.compiler.types import Array
from dldt.frontends.engine.stored import storage_type
from dldt.frontends.onnx.element_types import STORAGE_CODES
from dldt.runtime.model import Model, load
from dldt.tools.api import compile_model, read_model
from dldt.tools.without_values import without_values


class PreparedModel(BackendRep):
    """A model that runs as native code.

    It is compiled when it is made; only where the file does not tell the rank of an input, or how many items a sequence
    has, at the first run, for the inputs of that run.
    """

    def __init__(self, proto: Any, target: str = "host") -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dldt-onnx-")
        self._source = Path(self._folder.name) / "model.onnx"
        self._source.write_bytes(proto.SerializeToString())
        self._proto = proto
        self._target = target
        constants = {tensor.name for tensor in proto.graph.initializer}
        constants |= {tensor.values.name for tensor in proto.graph.sparse_initializer}
        self._inputs = [info for info in proto.graph.input if info.name not in constants]
        self._outputs = list(proto.graph.output)
        self._compiled: dict[tuple[tuple[object, ...], ...], Model] = {}
        if all(map(_is_ranked, self._inputs)):
            self._model({})

    def run(self, inputs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """The outputs for the inputs in the model's order, or by name; a sequence is a list of arrays."""
        given = inputs if isinstance(inputs, Mapping) else dict(zip(self._names(), inputs, strict=False))
        feeds: dict[str, Array] = {}
        empty: set[str] = set()
        for info in self._inputs:
            value = given.get(info.name)
            if isinstance(value, list):
                feeds |= {f"{info.name}.{i}": np.asarray(item) for i, item in enumerate(value)}
            elif value is not None:
                feeds[info.name] = np.asarray(value)
            if value is None or (isinstance(value, list) and not value):
                empty.add(info.name)
        shaped = {} if all(map(_is_ranked, self._inputs)) else {name: array.shape for name, array in feeds.items()}
        model = self._model(shaped, empty)
        found = model.run({name: _raw(array) for name, array in feeds.items()})
        types = {tensor.name: tensor.type for tensor in model.outputs}
        named = {name: _typed(array, types[name]) for name, array in found.items()}
        return tuple(_output(info, named) for info in self._outputs)

    def _names(self) -> list[str]:
        return [info.name for info in self._inputs]

    def _model(self, shapes: Mapping[str, Sequence[int]], empty: Collection[str] = ()) -> Model:
        key = tuple((name, *shape) for name, shape in shapes.items())
        key = (*key, *((name,) for name in sorted(empty)))
        if key not in self._compiled:
            specs: dict[str, Any] = {name: tuple(shape) for name, shape in shapes.items()}
            path = Path(self._folder.name) / f"{len(self._compiled)}.so"
            if empty:
                self._source.write_bytes(without_values(self._proto, empty).SerializeToString())
            graph = read_model(self._source, inputs=specs)
            self._compiled[key] = load(compile_model(graph, path, self._target, threads=1), threads=1)
        return self._compiled[key]


def _is_ranked(info: Any) -> bool:
    proto = info.type.optional_type.elem_type if info.type.HasField("optional_type") else info.type
    return bool(proto.HasField("tensor_type") and proto.tensor_type.HasField("shape"))


def _raw(array: Array) -> Array:
    kind = storage_type(array.dtype)
    if kind is not None:
        return kind.raw(array)
    return array.view(np.uint16) if array.dtype == ml_dtypes.bfloat16 else array


def _typed(array: Array, dtype: str) -> Array:
    return array.view(ml_dtypes.bfloat16) if dtype == "bf16" else array


def _output(info: Any, found: Mapping[str, Array]) -> Any:
    """One output of the model: an array, the list of the arrays of a sequence, None for an optional without value."""
    if not found.get(f"{info.name}.present", True):
        return None
    proto = info.type.optional_type.elem_type if info.type.HasField("optional_type") else info.type
    if not proto.HasField("sequence_type"):
        array = found[info.name]
        kind = STORAGE_CODES.get(proto.tensor_type.elem_type)
        if kind is None:
            return array
        return array.view(kind.numpy) if kind.is_float else array.astype(kind.numpy)
    if f"{info.name}.sizes" in found:
        flat, sizes = found[info.name], found[f"{info.name}.sizes"]
        pieces = np.split(flat, np.cumsum(np.abs(sizes).prod(axis=1))[:-1])[: len(sizes)]
        own = [size[size >= 0] for size in sizes]
        return [piece.reshape(*size, *flat.shape[1:]) for piece, size in zip(pieces, own, strict=True)]
    if info.name in found:
        return list(found[info.name])
    items: list[Array] = []
    while f"{info.name}.{len(items)}" in found:
        items.append(found[f"{info.name}.{len(items)}"])
    return items
