"""A SavedModel, the directory or its file → a record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.shown import shown
from dldt.frontends.engine.format import Options
from dldt.frontends.tensorflow.checkpoint import Checkpoint
from dldt.frontends.tensorflow.function_library import FunctionLibrary
from dldt.frontends.tensorflow.graph_nodes import checked_text, graph_nodes
from dldt.frontends.tensorflow.graph_records import GraphRecords
from dldt.frontends.tensorflow.loaded import Loaded
from dldt.frontends.tensorflow.parsed import parsed
from dldt.frontends.tensorflow.restored import restored
from dldt.frontends.tensorflow.signed import signed_record

SERVING = "serving_default"
_INTERNAL = "__saved_model_init_op"


def read_saved_model(file: Path, options: Options) -> Loaded:
    """The record of one signature of a SavedModel; its variables are read from the directory ``variables`` beside the
    file when they are needed. Raises InputError, UnsupportedError, UsageError."""
    meta = _meta_graph(file, options.get("saved_model_tags"))
    signature = chosen_signature(meta, options.get("signature"), file)
    nodes = graph_nodes(meta.graph_def.node, file)
    library = FunctionLibrary(meta.graph_def.library.function, file)
    stored = {}
    if (file.parent / "variables" / "variables.index").is_file():
        checkpoint = Checkpoint.open(file.parent / "variables" / "variables")
        stored = restored(nodes, library, checked_text(meta.saver_def.restore_op_name, file), checkpoint, file)
    records = GraphRecords(file, stored, meta.graph_def.versions.producer)
    return signed_record(nodes, library, signature, records, file)


def chosen_signature(meta: Any, wanted: str | None, file: Path) -> Any:
    """The SignatureDef that the user names, or the one for serving, or the only one. Raises InputError, UsageError."""
    known = [name for name in sorted(checked_text(key, file) for key in meta.signature_def) if name != _INTERNAL]
    if not known:
        raise InputError(
            f"{file}: the SavedModel has no signature, so nothing says what its inputs are; save it with "
            "tf.saved_model.save(model, path, signatures=…), or model.export(path) in Keras"
        )
    if wanted is None:
        wanted = SERVING if SERVING in known else known[0] if len(known) == 1 else None
    if wanted not in known:
        about = f"no signature is called {shown(wanted)}" if wanted else "it has several signatures"
        raise UsageError(f"{file}: {about}; name one by --signature: {', '.join(known)}")
    return meta.signature_def[wanted]


def _meta_graph(file: Path, tags: str | None) -> Any:
    saved = parsed("SavedModel", file)
    wanted = None if tags is None else {tag.strip() for tag in tags.split(",") if tag.strip()}
    return chosen_meta_graph(saved.meta_graphs, wanted, file)


def chosen_meta_graph(graphs: Sequence[Any], wanted: set[str] | None, file: Path) -> Any:
    """The graph with these tags; those for serving, or the only one, where none are asked for."""
    own = [{checked_text(tag, file) for tag in graph.meta_info_def.tags} for graph in graphs]
    found = [graph for graph, tags in zip(graphs, own, strict=True) if (wanted or {"serve"}) == tags]
    if wanted is None and not found and len(graphs) == 1:
        found = list(graphs)
    if not found:
        known = "; ".join(",".join(sorted(tags)) or "(none)" for tags in own) or "it has no graphs"
        raise UsageError(f"{file}: no graph has the tags {','.join(sorted(wanted or {'serve'}))!r}: {known}")
    return found[0]
