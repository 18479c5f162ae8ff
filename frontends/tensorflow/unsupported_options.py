"""Options of the old Model Optimizer that have no meaning here."""

from __future__ import annotations

from dldt.compiler.errors import UsageError
from dldt.frontends.engine.format import Options

_REASONS = {
    "tensorflow_custom_operations_config_update": (
        "files are not filled in; write the names of nodes into the file yourself (dldt inspect MODEL lists them) and "
        "give it to --transformations_config"
    ),
    "tensorflow_custom_layer_libraries": (
        "libraries of TensorFlow are not loaded; cut the model round the operation with --input and --output"
    ),
    "tensorboard_logdir": "nothing is written for TensorBoard; dldt inspect shows the model",
    "disable_nhwc_to_nchw": (
        "inputs and outputs keep the layout that the model has; leave it out, or change the layout of an input with "
        "--layout"
    ),
}


def check_options(options: Options) -> None:
    """Raises UsageError where one of them is given."""
    for name, reason in _REASONS.items():
        if name in options:
            raise UsageError(f"--{name} is not supported: {reason}")
