"""Random weights of a realistic scale for the light models, whose weights are ConstantOfShape nodes."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

Array = np.ndarray


def randomise(proto: onnx.ModelProto, rng: np.random.Generator) -> onnx.ModelProto:
    """The same network with each ConstantOfShape replaced by a random initialiser.

    Weights are He-initialised (deviation ``sqrt(2 / fan-in)``), so that activations keep their scale from the first
    layer to the last. BatchNorm statistics are near 0 and 1, biases are small.
    """
    graph = proto.graph
    known = {item.name: item for item in graph.initializer}
    uses = _uses(graph)
    made: list[onnx.TensorProto] = []
    spent: set[str] = set()
    for node in graph.node:
        if node.op_type != "ConstantOfShape":
            continue
        shape = [int(n) for n in numpy_helper.to_array(known[node.input[0]])]
        made.append(numpy_helper.from_array(_draw(shape, uses[node.output[0]], rng), node.output[0]))
        spent.add(node.input[0])
    kept = [node for node in graph.node if node.op_type != "ConstantOfShape"]
    initialisers = [item for item in graph.initializer if item.name not in spent]
    names = set(known)
    inputs = [value for value in graph.input if value.name not in names]
    for field, items in ((graph.node, kept), (graph.initializer, initialisers + made), (graph.input, inputs)):
        copies = [type(item).FromString(item.SerializeToString()) for item in items]
        del field[:]
        field.extend(copies)
    proto.ir_version = 8
    return proto


def calibrate(proto: onnx.ModelProto, inputs: dict[str, Array], deviation: float = 2.0) -> onnx.ModelProto:
    """Scale the last layer so that the input of the softmax has this deviation over ``inputs``.

    Otherwise residual networks with uncalibrated statistics would answer exactly 1 for one class, which hides any
    error.
    """
    graph = proto.graph
    producers = {name: node for node in graph.node for name in node.output}
    softmax = next((node for node in graph.node if node.op_type == "Softmax"), None)
    if softmax is None:
        return proto
    layer = producers[softmax.input[0]]
    while layer.op_type not in ("Gemm", "Conv"):
        layer = producers[layer.input[0]]
    factor = deviation / _deviation(proto, softmax.input[0], inputs)
    for item in graph.initializer:
        if item.name in layer.input[1:]:
            item.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(item) * np.float32(factor), item.name))
    return proto


def _deviation(proto: onnx.ModelProto, tensor: str, inputs: dict[str, Array]) -> float:
    probe = onnx.ModelProto.FromString(proto.SerializeToString())
    probe.graph.output.add().name = tensor
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # the light files have initialisers that nothing uses
    (values,) = onnxruntime.InferenceSession(probe.SerializeToString(), options).run([tensor], inputs)
    return float(np.std(values))


def _uses(graph: onnx.GraphProto) -> dict[str, tuple[str, int]]:
    """Tensor → (operation, input number) of its consumer, looking through Unsqueeze."""
    uses: dict[str, tuple[str, int]] = {}
    for node in reversed(graph.node):
        for number, name in enumerate(node.input):
            through = node.op_type in ("Unsqueeze", "Reshape") and number == 0 and node.output[0] in uses
            uses[name] = uses[node.output[0]] if through else (node.op_type, number)
    return uses


def _draw(shape: list[int], use: tuple[str, int], rng: np.random.Generator) -> Array:
    kind, number = use
    if kind == "Conv" and number == 1:
        return _normal(rng, shape, (2.0 / np.prod(shape[1:])) ** 0.5)
    if kind == "Gemm" and number == 1:
        return _normal(rng, shape, (2.0 / max(shape[1:])) ** 0.5)
    if (kind, number) in (("BatchNormalization", 1), ("BatchNormalization", 4), ("Mul", 1)):
        return rng.uniform(0.7, 1.3, shape).astype(np.float32)
    return _normal(rng, shape, 0.05)


def _normal(rng: np.random.Generator, shape: list[int], deviation: float) -> Array:
    made = rng.standard_normal(shape, dtype=np.float32)
    made *= np.float32(deviation)
    return made
