"""What ``dldt convert`` notes in the IR about the conversion, under the names that OpenVINO's tools look for."""

from __future__ import annotations

from dldt.runtime.version import __version__
from dldt.tools.arguments import Arguments
from dldt.tools.model_options import model_path

NOTED = (
    "input",
    "input_shape",
    "batch",
    "output",
    "mean_values",
    "scale_values",
    "scale",
    "reverse_input_channels",
    "layout",
    "freeze_placeholder_with_value",
    "compress_to_fp16",
)
"""The options whose values are noted where they were given."""


def conversion_info(arguments: Arguments, framework: str) -> dict[str, str]:
    """Metadata: our version, the framework, and the options that shaped the model. The model's folder is nobody's
    business, so ``DIR`` stands for it, as in files of the Model Optimizer."""
    model = model_path(arguments).name
    given = {name: getattr(arguments, name) for name in NOTED}
    noted = {
        name: ",".join(value) if isinstance(value, list) else str(value)
        for name, value in given.items()
        if value not in (None, "", False, "False", [])
    }
    parameters = {"framework": framework, "input_model": f"DIR/{model}"} | noted
    return {"dldt_version": __version__} | {f"conversion_parameters/{name}": text for name, text in parameters.items()}
