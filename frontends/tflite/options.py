"""The options of TensorFlow Lite's files. Nothing is imported that is not part of Python."""

from __future__ import annotations

from dldt.frontends.engine.format_option import FormatOption

TFLITE_OPTIONS = (
    FormatOption(
        "signature",
        "the signature of a .tflite file to compile, by its key; by default the first one of the main subgraph",
        metavar="KEY",
    ),
)
"""All of them."""
