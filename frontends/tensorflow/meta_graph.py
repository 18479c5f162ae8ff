"""A MetaGraph (.meta), its variables in a checkpoint → a record."""

from __future__ import annotations

from pathlib import Path

from dldt.compiler.errors import InputError
from dldt.frontends.engine.format import Options
from dldt.frontends.tensorflow.checkpoint import Checkpoint
from dldt.frontends.tensorflow.frozen import fed_results, frozen_record
from dldt.frontends.tensorflow.function_library import FunctionLibrary
from dldt.frontends.tensorflow.graph_nodes import graph_nodes
from dldt.frontends.tensorflow.graph_records import GraphRecords
from dldt.frontends.tensorflow.loaded import Loaded
from dldt.frontends.tensorflow.parsed import parsed
from dldt.frontends.tensorflow.restored import restored
from dldt.frontends.tensorflow.saved_model import SERVING, chosen_signature
from dldt.frontends.tensorflow.signed import signed_record


def read_meta_graph(file: Path, options: Options) -> Loaded:
    """The record of a MetaGraph. Its variables are those of ``input_checkpoint``, or of the checkpoint beside it. What
    a signature names is taken where it has one for serving, or the user names one. Raises InputError, UsageError."""
    meta = parsed("MetaGraphDef", file, bool(options.get("input_model_is_text")))
    if not meta.graph_def.node:
        raise InputError(f"{file}: not a MetaGraph of TensorFlow: it has no nodes")
    nodes = graph_nodes(meta.graph_def.node, file)
    library = FunctionLibrary(meta.graph_def.library.function, file)
    checkpoint = Checkpoint.open(Path(options.get("input_checkpoint") or file.with_suffix("")))
    stored = restored(nodes, library, meta.saver_def.restore_op_name, checkpoint, file)
    if options.get("signature") or SERVING in meta.signature_def:
        signature = chosen_signature(meta, options.get("signature"), file)
        records = GraphRecords(file, stored, meta.graph_def.versions.producer)
        return signed_record(nodes, library, signature, records, file)
    return Loaded(frozen_record(meta.graph_def, file, stored, fed_results(nodes)))
