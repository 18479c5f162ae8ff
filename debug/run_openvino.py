"""An IR, or an ONNX model, as OpenVINO computes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dldt.compiler.graph import Graph
from dldt.compiler.types import Array


def run_openvino(path: Path, inputs: Mapping[str, Array], graph: Graph) -> dict[str, Array]:
    """The outputs on the CPU, in f32."""
    import openvino

    core = openvino.Core()
    made = core.compile_model(core.read_model(str(path)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    found = made(dict(inputs))
    return {name: array for port, array in found.items() for name in port.get_names()}
