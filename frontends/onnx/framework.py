"""The table of ONNX importers."""

from __future__ import annotations

from dldt.frontends.engine.framework import Framework
from dldt.frontends.engine.printable import printable
from dldt.frontends.engine.record import NodeRecord


class OnnxFramework(Framework):
    """Versions are those of operation sets, one a domain."""

    moves = frozenset(
        ("Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Tile", "Slice", "Split")
    ) | frozenset(("Concat", "Gather", "GatherElements", "GatherND", "Where", "Shape", "Size"))

    def operation(self, node: NodeRecord) -> str:
        """``ai.onnx::Relu v13``"""
        return f"{printable(node.domain) or 'ai.onnx'}::{printable(node.op_type)} v{node.version}"

    def why_not(self, node: NodeRecord) -> str:
        """The domain is not declared, or the operation is served in other operation sets."""
        if not node.version:
            return f"domain {node.domain!r} is not in the model's opset_import"
        served = self.served(node)
        return f"supported are operation sets {served}" if served else ""


ONNX = OnnxFramework("onnx", "ONNX", newest=28)
"""Importers are tested up to operation set 28."""
