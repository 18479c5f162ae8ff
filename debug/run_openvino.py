"""A model as OpenVINO computes it: an IR, a model of a framework that it reads, or the IR of another."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from dldt.compiler.graph import Graph
from dldt.compiler.ir.write import write_ir
from dldt.compiler.types import Array

READ = (".xml", ".onnx", ".pb", ".tflite")
"""The files that OpenVINO reads itself; of other models it gets the IR that we write."""


def run_openvino(path: Path, inputs: Mapping[str, Array], graph: Graph) -> dict[str, Array]:
    """The outputs on the CPU, in f32."""
    import openvino

    core = openvino.Core()
    with tempfile.TemporaryDirectory(prefix="dldt-openvino-") as folder:
        if path.suffix not in READ:
            path, _ = write_ir(graph, Path(folder) / "model.xml")
        model = core.read_model(str(path))
        made = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        ports = {_plain(name): port for port in made.inputs for name in port.get_names()}
        found = made({ports.get(name, name): array for name, array in inputs.items()})
    return {_plain(name): array for port, array in found.items() for name in port.get_names()}


def _plain(name: str) -> str:
    """TensorFlow's first result of a node has the node's name here, and ``:0`` behind it in OpenVINO."""
    return name.removesuffix(":0")
