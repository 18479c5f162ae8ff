"""The files of a Caffe model → Graph."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph
from dldt.frontends.caffe.custom_layers import refuse_custom_layers
from dldt.frontends.caffe.files import Files
from dldt.frontends.caffe.mean_file import subtract_mean
from dldt.frontends.caffe.ops import register
from dldt.frontends.caffe.read import read_caffe
from dldt.frontends.engine.import_model import InputSpecs, import_model

_CUSTOM = ("disable_omitting_optional", "enable_flattening_nested_params")


def import_caffe(
    path: str | os.PathLike[str],
    inputs: InputSpecs = (),
    outputs: Sequence[str] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Graph:
    """The graph of a .caffemodel or .prototxt; the other file is found beside it, or named by ``input_proto``.

    Raises InputError, ShapeError, UnsupportedError (all missing layers at once), UsageError.
    """
    register()
    given = options or {}
    for name in _CUSTOM:
        if given.get(name):
            raise UsageError(f"--{name.replace('_', '-')} is about attributes of custom layers, which are not imported")
    if given.get("mean_file_offsets") and not given.get("mean_file"):
        raise UsageError("--mean-file-offsets is given without --mean-file")
    model = read_caffe(Files.of(Path(path), given.get("input_proto")))
    if given.get("k"):
        refuse_custom_layers(model, Path(given["k"]))
    graph = import_model(model, inputs, outputs)
    if given.get("mean_file"):
        subtract_mean(graph, Path(given["mean_file"]), given.get("mean_file_offsets"))
    return graph
