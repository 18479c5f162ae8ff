"""An ONNX model as onnxruntime computes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dldt.compiler.graph import Graph
from dldt.compiler.types import Array


def run_onnxruntime(path: Path, inputs: Mapping[str, Array], graph: Graph) -> dict[str, Array]:
    """Every tensor, without onnxruntime's own optimisations."""
    import onnx
    import onnxruntime

    model = onnx.load(path)
    known = {output.name for output in model.graph.output}
    names = [name for node in model.graph.node for name in node.output if name]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in known)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    wanted = [output.name for output in session.get_outputs()]
    found = dict(zip(wanted, session.run(wanted, dict(inputs)), strict=True))
    return {name: found[name] for name in dict.fromkeys((*names, *wanted)) if hasattr(found.get(name), "dtype")}
