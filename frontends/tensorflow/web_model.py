"""A graph model of TensorFlow.js: model.json with the graph, and shards with the weights → a record."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from google.protobuf import json_format  # type: ignore[import-untyped]  # no stubs

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.safe_open import LINKS, open_regular, read_regular
from dldt.compiler.shown import shown
from dldt.compiler.types import Array
from dldt.frontends.engine.format import Options
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.frozen import frozen_record
from dldt.frontends.tensorflow.function_library import FunctionLibrary
from dldt.frontends.tensorflow.graph_nodes import graph_nodes
from dldt.frontends.tensorflow.graph_records import GraphRecords
from dldt.frontends.tensorflow.loaded import Loaded
from dldt.frontends.tensorflow.proto import PROTO
from dldt.frontends.tensorflow.signed import signed_record

_MAX_JSON = 1 << 28
_MAX_SHARD = 1 << 31
_TYPES = {
    "float32": "<f4",
    "int32": "<i4",
    "bool": "?",
    "uint8": "u1",
    "uint16": "<u2",
    "float16": "<f2",
    "int64": "<i8",
}


def read_web_model(file: Path, options: Options) -> Loaded:
    """The record of a graph model. Raises InputError, UnsupportedError."""
    model = _json(file)
    topology = model.get("modelTopology")
    if model.get("format") == "layers-model" or (isinstance(topology, dict) and "model_config" in topology):
        raise UnsupportedError(
            f"{file}: a layers model of TensorFlow.js has no graph; convert it with tensorflowjs_converter "
            "--output_format=tfjs_graph_model, or export the Keras model as a SavedModel"
        )
    graph = _message("GraphDef", topology, file)
    if not graph.node:
        raise InputError(f"{file}: not a model of TensorFlow.js: it has no modelTopology with nodes")
    weights = dict(_weights(model, file))
    own = model.get("userDefinedMetadata")
    given = model.get("signature") or (own.get("signature") if isinstance(own, dict) else None)
    signature = _message("SignatureDef", given or {}, file)
    if not signature.outputs:
        return Loaded(frozen_record(graph, file, weights))
    library = FunctionLibrary(graph.library.function, file)
    records = GraphRecords(file, weights, graph.versions.producer)
    return signed_record(graph_nodes(graph.node, file), library, signature, records, file)


def _json(file: Path) -> dict[str, Any]:
    try:
        model = json.loads(read_regular(file, max_bytes=_MAX_JSON))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file}: not a model of TensorFlow.js: it is no JSON document") from error
    if not isinstance(model, dict):
        raise InputError(f"{file}: not a model of TensorFlow.js: the JSON document is no object")
    return model


def _message(name: str, given: Any, file: Path) -> Any:
    """A message of protobuf that is written as JSON."""
    try:
        return json_format.ParseDict(given, PROTO[name](), ignore_unknown_fields=True)
    except (json_format.Error, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InputError(f"{file}: the {name} is damaged: {str(error)[:200]}") from error


def _weights(model: Mapping[str, Any], file: Path) -> Iterator[tuple[str, TensorRecord]]:
    """The weights by name; each group lies in its shards one behind the other."""
    groups = model.get("weightsManifest", [])
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        raise InputError(f"{file}: weightsManifest is no list of groups")
    for group in groups:
        shards = _Shards(file, tuple(map(str, group.get("paths", ()))))
        at = 0
        for entry in group.get("weights", ()):
            weight = _Weight.of(entry, at, file)
            yield weight.name, TensorRecord(partial(weight.read, shards))
            at += weight.size


@attrs.define(eq=False)
class _Shards:
    """Files beside the model that are read as if they were one."""

    file: Path
    paths: tuple[str, ...]
    _content: bytes | None = None

    def content(self) -> bytes:
        if self._content is None:
            self._content = b"".join(map(self._shard, self.paths))
        return self._content

    def _shard(self, name: str) -> bytes:
        if not name or "/" in name or "\\" in name or name in (".", ".."):
            raise InputError(f"{self.file}: the shard {shown(name)} is no file beside the model")
        with open_regular(self.file.parent / name, max_bytes=_MAX_SHARD, follow=LINKS.get()) as opened:
            return opened.read()


@attrs.frozen
class _Weight:
    """A tensor of a shard; quantised ones are numbers times ``scale`` plus ``least``."""

    name: str
    dtype: str
    dims: tuple[int, ...]
    at: int
    stored: str
    scale: float | None = None
    least: float = 0.0

    @classmethod
    def of(cls, entry: Any, at: int, file: Path) -> _Weight:
        """A weight as the manifest describes it. Raises InputError, UnsupportedError."""
        try:
            name, dtype, dims = str(entry["name"]), str(entry["dtype"]), tuple(int(dim) for dim in entry["shape"])
            packed = entry.get("quantization") or {}
            stored = str(packed.get("dtype", dtype))
            scale = float(packed["scale"]) if "scale" in packed else None
            least = float(packed.get("min", 0.0))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise InputError(f"{file}: weightsManifest describes a weight that cannot be read") from error
        if dtype not in _TYPES or stored not in _TYPES or min(dims, default=0) < 0:
            raise UnsupportedError(
                f"{file}: weight {shown(name)} is of type {dtype}, stored as {stored}, which is not supported"
            )
        return cls(name, dtype, dims, at, stored, scale, least)

    @property
    def size(self) -> int:
        """Its bytes."""
        return math.prod(self.dims) * np.dtype(_TYPES[self.stored]).itemsize

    def read(self, shards: _Shards, what: str) -> Array:
        """Its content, as TensorFlow.js computes it."""
        data = shards.content()
        if self.at + self.size > len(data):
            raise InputError(f"{what} lies outside its shards, which have {len(data)} bytes")
        raw = np.frombuffer(data, _TYPES[self.stored], math.prod(self.dims), self.at).reshape(self.dims)
        if self.stored == self.dtype:
            return raw
        budget().ask(math.prod(self.dims) * 8)
        if self.scale is None:
            return raw.astype(_TYPES[self.dtype])
        numbers = raw * np.float64(self.scale) + np.float64(self.least)
        return numbers.astype(np.float32) if self.dtype == "float32" else np.rint(numbers).astype(_TYPES[self.dtype])
