"""A Caffe net as OpenCV computes it: there is no Caffe to install any more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.types import Array


def run_opencv(path: Path, inputs: Mapping[str, Array], graph: Graph) -> dict[str, Array]:
    """What each layer makes, by the name of its blob; layers are not fused."""
    import cv2

    if not hasattr(cv2.dnn, "readNetFromCaffe"):
        raise UnsupportedError(
            f"{path.name}@opencv: OpenCV {cv2.__version__} reads no Caffe nets: pip install 'opencv-python-headless<5'"
        )
    net = cv2.dnn.readNetFromCaffe(*_files(path))
    net.enableFusion(False)
    for name, array in inputs.items():
        net.setInput(array, name)
    named = {node.name: node.outputs[0].name for node in graph.order() if node.types}
    outputs = {v.name: node.name for node in graph.outputs for v in node.inputs if v is not None}
    layers = [layer for layer in net.getLayerNames() if layer in named]
    found = dict(zip(layers, net.forward(layers), strict=True))
    made = {named[layer]: array for layer, array in found.items()}
    return {**made, **{outputs[name]: array for name, array in made.items() if name in outputs}}


def _files(path: Path) -> tuple[str, str]:
    """The net and its weights, which lie beside it under the same name."""
    net, weights = path.with_suffix(".prototxt"), path.with_suffix(".caffemodel")
    for file in (net, weights):
        if not file.exists():
            raise UnsupportedError(f"{path.name}@opencv: OpenCV needs {file.name} beside it")
    return str(net), str(weights)
