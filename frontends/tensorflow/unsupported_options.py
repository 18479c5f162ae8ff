"""Options of the old Model Optimizer that have no meaning here."""

from __future__ import annotations

from dldt.compiler.errors import UsageError
from dldt.frontends.engine.format import Options

_REASONS = {
    "tensorflow_object_detection_api_pipeline_config": (
        "detection models are imported as their graph computes; leave it out, and cut pre- and post-processing with "
        "--input and --output where they are not wanted"
    ),
    "tensorflow_custom_operations_config_update": (
        "no sub-graph is replaced by an operation of its own, so there is nothing to update; leave it out"
    ),
    "tensorflow_use_custom_operations_config": "sub-graphs are imported as they are; leave it out",
    "transformations_config": "sub-graphs are imported as they are; leave it out",
}


def check_options(options: Options) -> None:
    """Raises UsageError where one of them is given."""
    for name, reason in _REASONS.items():
        if name in options:
            raise UsageError(f"--{name} is not supported: {reason}")
