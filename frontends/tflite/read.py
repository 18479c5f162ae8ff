"""Bytes of a .tflite file → records."""

from __future__ import annotations

import os
from pathlib import Path

from dldt.compiler.did_you_mean import did_you_mean
from dldt.compiler.errors import InputError
from dldt.compiler.safe_open import map_regular
from dldt.compiler.shown import shown
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.sniff import looks_like
from dldt.frontends.tflite.flatbuffer import Flatbuffer, Table
from dldt.frontends.tflite.framework import TFLITE
from dldt.frontends.tflite.operator_row import operator_code
from dldt.frontends.tflite.subgraphs import Subgraphs
from dldt.frontends.tflite.tensor import FileTensor
from dldt.frontends.tflite.variables import Variables

_MAX_BYTES = 1 << 40
_IDENTIFIER = b"TFL3"
_VERSION = 3


def read_tflite(path: str | os.PathLike[str], signature: str | None = None) -> ModelRecord:
    """The model in a .tflite file; its weights are views of the file. ``signature``: which of its signatures; without,
    the first of the main subgraph, if there is one. Raises InputError, UnsupportedError."""
    file = Path(path)
    data = map_regular(file, max_bytes=_MAX_BYTES)
    if bytes(data[4:8]) != _IDENTIFIER:
        kind = looks_like(bytes(data[:512])) if data else None
        about = f"it looks like {kind}" if kind else "it does not begin with TFL3 in its fifth byte"
        raise InputError(f"{file}: not a TensorFlow Lite model: {about}")
    model = Flatbuffer(data, str(file)).root("Model")
    if model["version"] != _VERSION:
        raise InputError(f"{file}: version {model['version']} of the schema; only {_VERSION} is known")
    subgraphs = Subgraphs(
        file,
        tuple(operator_code(table) for table in model["operator_codes"]),
        model["subgraphs"],
        tuple(_content(table, data, file) for table in model["buffers"]),
    )
    chosen = _signature(model["signature_defs"], signature, file)
    index = chosen["subgraph_index"] if chosen is not None else 0
    names = _names(chosen, len(subgraphs.tensors(index)[0]))
    variables = Variables(_first_values(subgraphs, index))
    graph = subgraphs.record(index, names, variables)
    if not graph.outputs:
        raise InputError(f"{file}: the graph has no outputs")
    return ModelRecord(TFLITE, file, graph)


def _content(table: Table, data: memoryview, file: Path) -> memoryview | None:
    """The bytes of a buffer; those of very large files lie behind the flatbuffer."""
    offset, size = table["offset"], table["size"]
    if offset > 1:
        if offset + size > len(data):
            raise InputError(f"{file}: a buffer of {size} bytes at {offset} is outside the file of {len(data)} bytes")
        return data[offset : offset + size]
    return table["data"] if table.has("data") and len(table["data"]) else None


def _signature(tables: tuple[Table, ...], wanted: str | None, file: Path) -> Table | None:
    if wanted is None:
        return next((table for table in tables if table["subgraph_index"] == 0), None)
    known = [table["signature_key"] for table in tables]
    if wanted not in known:
        raise InputError(f"{file}: there is no signature {shown(wanted)}{did_you_mean(wanted, known)}; it has {known}")
    return tables[known.index(wanted)]


def _names(signature: Table | None, tensors: int) -> dict[int, str]:
    """The names that a signature gives to inputs and outputs, where each is one tensor's alone."""
    if signature is None:
        return {}
    pairs = [(t["tensor_index"], t["name"]) for t in (*signature["inputs"], *signature["outputs"]) if t["name"]]
    names: dict[int, str] = {}
    for index, name in pairs:
        if index < tensors and index not in names and name not in names.values():
            names[index] = name
    return names


def _first_values(subgraphs: Subgraphs, index: int) -> dict[str, FileTensor]:
    """What CALL_ONCE assigns to variables: constants in a subgraph of its own."""
    found: dict[str, FileTensor] = {}
    for row in subgraphs.rows(index):
        if row.op == "CALL_ONCE":
            found |= _assigned(subgraphs, row.attributes.get("init_subgraph_index", 0))
    return found


def _assigned(subgraphs: Subgraphs, index: int) -> dict[str, FileTensor]:
    tensors, _ = subgraphs.tensors(index)
    variables: dict[int, str] = {}
    found: dict[str, FileTensor] = {}
    for row in subgraphs.rows(index):
        if row.op == "VAR_HANDLE" and row.outputs:
            variables[row.outputs[0]] = row.attributes.get("shared_name", "")
        if row.op == "ASSIGN_VARIABLE" and len(row.inputs) > 1 and row.inputs[0] in variables and row.inputs[1] >= 0:
            found[variables[row.inputs[0]]] = tensors[row.inputs[1]]
    return found
