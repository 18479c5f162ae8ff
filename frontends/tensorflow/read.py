"""Files of TensorFlow → a record."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it has no stubs

from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.safe_open import map_regular
from dldt.frontends.engine.format import Options
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.sniff import looks_like
from dldt.frontends.tensorflow.checkpoint import Checkpoint
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.frozen import frozen_record
from dldt.frontends.tensorflow.function_library import FunctionLibrary
from dldt.frontends.tensorflow.graph_nodes import graph_nodes
from dldt.frontends.tensorflow.proto import PROTO
from dldt.frontends.tensorflow.restored import restored
from dldt.frontends.tensorflow.saved_model import read_saved_model
from dldt.frontends.tensorflow.unsupported_options import check_options

_MAX_BYTES = 1 << 31


def read_tensorflow(path: Path, options: Options) -> tuple[ModelRecord, Mapping[str, str]]:
    """The model that a path names, and other names of its tensors. Raises InputError, UnsupportedError, UsageError."""
    check_options(options)
    if path.is_dir():
        return _saved_model(path / "saved_model.pb", options)
    data = map_regular(path, max_bytes=_MAX_BYTES)
    if bytes(data[:2]) == b"\x08\x01":
        return _saved_model(path, options)
    proto = _parsed("GraphDef", data, path)
    variables = {}
    if "input_checkpoint" in options:
        nodes = graph_nodes(proto.node, path)
        checkpoint = Checkpoint.open(Path(options["input_checkpoint"]))
        variables = restored(nodes, FunctionLibrary(proto.library.function, path), "", checkpoint, path)
    return ModelRecord(TENSORFLOW, path, frozen_record(proto, path, variables)), {}


def _saved_model(file: Path, options: Options) -> tuple[ModelRecord, Mapping[str, str]]:
    if "input_checkpoint" in options:
        raise UsageError(f"{file}: a SavedModel has its own variables; --input_checkpoint is for graphs")
    signed = read_saved_model(file, options)
    return ModelRecord(TENSORFLOW, file, signed.graph), signed.names


def _parsed(name: str, data: memoryview, path: Path) -> Any:
    made = PROTO[name]()
    try:
        made.ParseFromString(bytes(data))
    except DecodeError as error:
        kind = looks_like(bytes(data[:512]))
        about = f"it looks like {kind}" if kind else "it is truncated, damaged or of another format"
        raise InputError(f"{path}: not a graph of TensorFlow: {about}") from error
    if not made.node:
        raise InputError(f"{path}: not a graph of TensorFlow: it has no nodes")
    return made
