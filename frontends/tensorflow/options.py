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
    FormatOption(
        "transformations_config", "sub-graphs that become DetectionOutput, Proposal, RegionYolo (JSON)", "path", "FILE"
    ),
    FormatOption("tensorflow_use_custom_operations_config", "old name of --transformations_config", "path", "FILE"),
    FormatOption(
        "tensorflow_object_detection_api_pipeline_config", "pipeline.config of the model, for that", "path", "FILE"
    ),
    FormatOption("tensorflow_custom_operations_config_update", "not supported: see the message", "path", "FILE"),
    FormatOption("tensorflow_custom_layer_libraries", "not supported: see the message", "path", "FILES"),
    FormatOption("tensorboard_logdir", "not supported: see the message", "path", "DIRECTORY"),
    FormatOption("disable_nhwc_to_nchw", "not supported: see the message", "flag"),
)
"""As the old Model Optimizer spells them."""
