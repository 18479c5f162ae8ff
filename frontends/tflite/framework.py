"""The table of TensorFlow Lite's importers."""

from __future__ import annotations

from dldt.frontends.engine.framework import Framework
from dldt.frontends.engine.record import NodeRecord
from dldt.frontends.tflite.refused import REFUSED

CUSTOM = "custom"
"""The domain of operations that a file names itself."""
INTERNAL = "quantized"
"""The domain of what the reader puts round operations on quantised tensors and variables."""


class TfliteFramework(Framework):
    """Operations are the builtin ones of the schema, and custom ones by name."""

    refused = REFUSED

    def why_not(self, node: NodeRecord) -> str:
        """Operations of TensorFlow itself are known by their prefix."""
        if node.domain == CUSTOM and node.op_type.startswith("Flex"):
            return (
                f"it is TensorFlow's {node.op_type[4:]}, for which TF Lite calls TensorFlow; convert the model with "
                "TFLITE_BUILTINS alone, or compile the SavedModel"
            )
        return super().why_not(node)


TFLITE = TfliteFramework("tflite", "TensorFlow Lite")
"""Filled by importing ``ops``."""
