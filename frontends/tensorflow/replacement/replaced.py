"""A record → the record with the replacements that the options ask for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dldt.compiler.did_you_mean import did_you_mean
from dldt.compiler.errors import UnsupportedError, UsageError
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.frontends.engine.format import Options
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.tensorflow.replacement.config import read_config
from dldt.frontends.tensorflow.replacement.edit import Edit
from dldt.frontends.tensorflow.replacement.kinds import KINDS, ORDER, REFUSED
from dldt.frontends.tensorflow.replacement.pipeline import read_pipeline
from dldt.frontends.tensorflow.replacement.replacement import Replacement
from dldt.frontends.tensorflow.replacement.settings import Settings

CONFIG = "transformations_config"
OLD_CONFIG = "tensorflow_use_custom_operations_config"
PIPELINE = "tensorflow_object_detection_api_pipeline_config"


def replaced(graph: GraphRecord, options: Options, outputs: Sequence[str] | None = None) -> GraphRecord:
    """The record with an operation for each sub-graph that the file of ``--transformations_config`` names: of the
    graph that ends at ``outputs``, where these are given. The same record where no file is. Raises InputError,
    UnsupportedError, UsageError."""
    file = options.get(CONFIG) or options.get(OLD_CONFIG)
    if file is None:
        if PIPELINE in options:
            raise UsageError(f"--{PIPELINE} says what replaced sub-graphs compute with: name them by --{CONFIG}")
        return graph
    if CONFIG in options and OLD_CONFIG in options:
        raise UsageError(f"--{OLD_CONFIG} is the old name of --{CONFIG}; give one of them")
    entries = read_config(Path(file))
    for entry in entries:
        _check(entry)
    pipeline = read_pipeline(Path(options[PIPELINE])) if PIPELINE in options else None
    edit = Edit(graph, str(file))
    edit.outputs = edit.outputs if outputs is None else [edit.made(name) for name in outputs]
    for entry in sorted(entries, key=lambda each: ORDER.index(each.kind)):
        try:
            KINDS[entry.kind](edit, Settings(entry, pipeline))
        except OverflowError as error:
            raise entry.error("a number is too large to compute with") from error
    return edit.finished()


def _check(entry: Replacement) -> None:
    if entry.kind in REFUSED:
        raise UnsupportedError(f"{entry.file}: {printable(entry.kind)} is not supported: {REFUSED[entry.kind]}")
    if entry.kind not in KINDS:
        raise UnsupportedError(
            f"{entry.file}: no replacement has the id {shown(entry.kind)}{did_you_mean(entry.kind, KINDS)}; leave the "
            "file out, as the whole graph compiles as it is"
        )
