"""Files of TensorFlow → a record."""

from __future__ import annotations

from pathlib import Path

from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.safe_open import open_regular
from dldt.frontends.engine.format import Options
from dldt.frontends.tensorflow.checkpoint import Checkpoint
from dldt.frontends.tensorflow.frozen import fed_results, frozen_record
from dldt.frontends.tensorflow.function_library import FunctionLibrary
from dldt.frontends.tensorflow.graph_nodes import graph_nodes
from dldt.frontends.tensorflow.loaded import Loaded
from dldt.frontends.tensorflow.meta_graph import read_meta_graph
from dldt.frontends.tensorflow.parsed import parsed
from dldt.frontends.tensorflow.restored import restored
from dldt.frontends.tensorflow.saved_model import read_saved_model
from dldt.frontends.tensorflow.unsupported_options import check_options
from dldt.frontends.tensorflow.web_model import read_web_model


def read_tensorflow(path: Path, options: Options) -> Loaded:
    """The model that a path names. Raises InputError, UnsupportedError, UsageError."""
    check_options(options)
    path = _named(path, options)
    if path.is_dir():
        path = next((p for p in map(path.joinpath, ("saved_model.pb", "saved_model.pbtxt")) if p.is_file()), path)
        _refuse(path, options, "input_checkpoint", "a SavedModel has its own variables")
        return read_saved_model(path, options)
    if path.suffix.lower() == ".json":
        return read_web_model(path, options)
    if path.suffix.lower() == ".meta":
        return read_meta_graph(path, options)
    if path.name == "saved_model.pbtxt" or _head(path) == b"\x08\x01":
        _refuse(path, options, "input_checkpoint", "a SavedModel has its own variables")
        return read_saved_model(path, options)
    for name in ("signature", "saved_model_tags"):
        _refuse(path, options, name, "a graph has no signatures")
    return _graph(path, options)


def _named(path: Path, options: Options) -> Path:
    """The model, where an option names it."""
    named = options.get("input_meta_graph") or options.get("saved_model_dir")
    return Path(named) if named else path


def _graph(file: Path, options: Options) -> Loaded:
    proto = parsed("GraphDef", file, bool(options.get("input_model_is_text")))
    if not proto.node:
        raise InputError(f"{file}: not a graph of TensorFlow: it has no nodes")
    if "input_checkpoint" not in options:
        return Loaded(frozen_record(proto, file, {}))
    nodes = graph_nodes(proto.node, file)
    checkpoint = Checkpoint.open(Path(options["input_checkpoint"]))
    variables = restored(nodes, FunctionLibrary(proto.library.function, file), "", checkpoint, file)
    return Loaded(frozen_record(proto, file, variables, fed_results(nodes)))


def _head(path: Path) -> bytes:
    with open_regular(path) as file:
        return file.read(2)


def _refuse(path: Path, options: Options, name: str, reason: str) -> None:
    if name in options:
        raise UsageError(f"{path}: --{name} does not fit: {reason}")
