"""The message about a node whose import fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dldt.compiler.errors import DldtError, ShapeError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.listed import MOST, listed
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.frontends.engine.record import NodeRecord


def failure(file: Path, node: NodeRecord, given: Sequence[Value | None], graph: Graph, error: BaseException) -> str:
    """Which node, why, what its inputs are, and what to try. ``given``: its inputs; ``graph``: what is made so far."""
    outputs = listed(filter(None, node.outputs))
    cause = str(error) if isinstance(error, DldtError) else f"{type(error).__name__}: {error}"
    lines = [f"{file}: cannot import {printable(node.op_type)} {shown(node.title)} (output {outputs}): {cause}"]
    inputs = [f"{printable(v.name)} {v.type}" if v is not None else "(none)" for v in given[:MOST]]
    if inputs:
        more = f", … {len(given) - MOST} more" if len(given) > MOST else ""
        lines.append(f"  inputs: {', '.join(inputs)}{more}")
    symbolic = any(v is not None and not v.type.is_static for v in given)
    if symbolic and isinstance(error, ShapeError):
        free = [v for v in graph.inputs if not v.type.is_static]
        fixed = ",".join(f"{printable(v.name)}[{','.join(map(str, v.type.shape))}]" for v in free[:MOST])
        lines.append(f"  try: fix the free dimensions, with numbers in place of the names: --input {fixed!r}")
    return "\n".join(lines)
