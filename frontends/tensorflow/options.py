"""The options that models of TensorFlow have."""

from __future__ import annotations

from dldt.frontends.engine.format_option import FormatOption

TENSORFLOW_OPTIONS = (
    FormatOption("saved_model_dir", "directory of a SavedModel", "path", "DIRECTORY", names_model=True),
    FormatOption("saved_model_tags", "tags of the graph in a SavedModel (default: serve)", metavar="TAG,TAG"),
    FormatOption("signature", "signature of a SavedModel or MetaGraph (default: serving_default)", metavar="NAME"),
    FormatOption("input_meta_graph", "MetaGraph (.meta) with a checkpoint beside it", "path", "FILE", names_model=True),
    FormatOption("input_checkpoint", "checkpoint with the variables of a graph", "path", "FILE"),
    FormatOption("input_model_is_text", "the graph is text (.pbtxt)", "flag"),
    FormatOption("tensorflow_object_detection_api_pipeline_config", "not supported: see the message", "path", "FILE"),
    FormatOption("tensorflow_custom_operations_config_update", "not supported: see the message", "path", "FILE"),
    FormatOption("tensorflow_use_custom_operations_config", "not supported: see the message", "path", "FILE"),
    FormatOption("transformations_config", "not supported: see the message", "path", "FILE"),
)
"""As the old Model Optimizer spells them."""
