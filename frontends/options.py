"""The options of every format, for the command line. Nothing is imported that is not part of Python."""

from __future__ import annotations

from dldt.frontends.engine.format_option import FormatOption
from dldt.frontends.tflite import options as tflite

OPTIONS: dict[str, tuple[FormatOption, ...]] = {
    "TensorFlow Lite": tflite.OPTIONS,
}
"""By the title of the framework, as ``--help`` groups them."""
