"""The table of ONNX importers."""

from __future__ import annotations

from typing import Any

from onnx import defs

from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.frontends.engine.framework import Framework
from dldt.frontends.engine.record import NodeRecord
from dldt.frontends.onnx.refused import REFUSED


class OnnxFramework(Framework):
    """Versions are those of operation sets, one a domain."""

    moves = frozenset(
        ("Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Tile", "Slice", "Split")
    ) | frozenset(("Concat", "Gather", "GatherElements", "GatherND", "Where", "Shape", "Size"))

    broadcasts = frozenset(
        ("Add", "Sub", "Mul", "Div", "Pow", "Mod", "Max", "Min", "Sum", "Mean", "Where", "And", "Or", "Xor", "Equal")
    ) | frozenset(("Less", "LessOrEqual", "Greater", "GreaterOrEqual", "CastLike"))

    refused = REFUSED

    def defined(self) -> dict[str, str]:
        """Those whose schema has a body; ``functions`` makes records of these."""
        newest: list[Any] = [s for s in defs.get_all_schemas() if not s.domain and not s.deprecated]
        bodies = [s for s in newest if s.has_function or s.has_context_dependent_function]
        missing = [s for s in bodies if self.find(s.name, self.newest) is None]
        return {s.name: f"{s.since_version}–{self.newest}" for s in sorted(missing, key=lambda s: s.name)}

    def operation(self, node: NodeRecord) -> str:
        """``ai.onnx::Relu v13``"""
        return f"{printable(node.domain) or 'ai.onnx'}::{printable(node.op_type)} v{node.version}"

    def why_not(self, node: NodeRecord) -> str:
        """The domain is not declared, or the operation is served in other operation sets."""
        if not node.version:
            return f"domain {shown(node.domain)} is not in the model's opset_import"
        served = self.served(node)
        return f"supported are operation sets {served}" if served else self.refused.get(node.op_type, "")


ONNX = OnnxFramework("onnx", "ONNX", newest=28)
"""Importers are tested up to operation set 28."""
