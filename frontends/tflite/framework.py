"""The table of TensorFlow Lite's importers."""

from __future__ import annotations

from collections.abc import Iterator

from dldt.frontends.engine.framework import Framework
from dldt.frontends.engine.importer import Importer
from dldt.frontends.engine.record import NodeRecord
from dldt.frontends.tflite.refused import REFUSED

CUSTOM = "custom"
"""The domain of operations that a file names itself."""
INTERNAL = "quantized"
"""The domain of what the reader puts round operations on quantised tensors and variables."""
BODY = "body"
"""The domain of operations on variables where these are not followed."""


class TfliteFramework(Framework):
    """Operations are the builtin ones of the schema, and custom ones by name."""

    refused = REFUSED

    def importers(self) -> Iterator[Importer]:
        """Those of operations that files have; what the reader adds are none."""
        return (importer for importer in super().importers() if importer.domain != INTERNAL)

    def why_not(self, node: NodeRecord) -> str:
        """Operations of TensorFlow itself are known by their prefix."""
        if node.domain == CUSTOM and node.op_type.startswith("Flex"):
            return (
                f"it is TensorFlow's {node.op_type[4:]}, for which TF Lite calls TensorFlow; convert the model with "
                "TFLITE_BUILTINS alone, or compile the SavedModel"
            )
        if node.domain == BODY:
            return "variables in a subgraph that is called are not supported; those of the main subgraph are"
        return super().why_not(node)


TFLITE = TfliteFramework("tflite", "TensorFlow Lite")
"""Filled by importing ``ops``."""
