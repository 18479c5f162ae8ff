"""Networks of free sizes, with random weights, as ONNX models."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class FreeNetwork:
    """A network under construction: every verb adds nodes, and returns the name of its result."""

    def __init__(self, name: str, shape: list[str | int]) -> None:
        self.name, self.shape, self.rng = name, shape, np.random.default_rng(3)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def constant(self, array: np.ndarray) -> str:
        """A constant."""
        self.weights.append(numpy_helper.from_array(array, f"w{len(self.weights)}"))
        return self.weights[-1].name

    def add(self, kind: str, *inputs: str, **attributes: object) -> str:
        """One node."""
        self.nodes.append(helper.make_node(kind, list(inputs), [f"v{len(self.nodes)}"], **attributes))
        return self.nodes[-1].output[0]

    def several(self, kind: str, count: int, *inputs: str, **attributes: object) -> list[str]:
        """One node of several results."""
        results = [f"v{len(self.nodes)}.{k}" for k in range(count)]
        self.nodes.append(helper.make_node(kind, list(inputs), results, **attributes))
        return results

    def filters(self, *shape: int) -> str:
        """Random weights that keep the scale of their input."""
        scale = np.sqrt(2 / np.prod(shape[1:]))
        return self.constant((self.rng.standard_normal(shape) * scale).astype(np.float32))

    def convolution(self, x: str, inputs: int, outputs: int, size: int = 3, stride: int = 1, groups: int = 1) -> str:
        """A convolution with a bias."""
        weights, bias = self.filters(outputs, inputs // groups, size, size), self.filters(outputs)
        pads = [size // 2] * 4
        return self.add("Conv", x, weights, bias, strides=[stride] * 2, pads=pads, group=groups)

    def activated(self, *arguments: object, **named: object) -> str:
        """A convolution and a ReLU."""
        return self.add("Relu", self.convolution(*arguments, **named))  # type: ignore[arg-type]  # as given

    def model(self, *results: str) -> onnx.ModelProto:
        """The model that computes ``results`` from the input ``x``."""
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)
        made = [helper.make_tensor_value_info(result, TensorProto.FLOAT, None) for result in results]
        graph = helper.make_graph(self.nodes, self.name, [x], made, self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def resnet() -> onnx.ModelProto:
    """Residual blocks of two 3×3 convolutions, as in ResNet-18."""
    net = FreeNetwork("resnet", ["N", 3, "H", "W"])
    x = net.add("MaxPool", net.activated("x", 3, 64, 7, 2), kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    inputs = 64
    for outputs, stride in ((64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
        beside = x if inputs == outputs else net.convolution(x, inputs, outputs, 1, stride)
        inner = net.activated(x, inputs, outputs, 3, stride)
        x, inputs = net.add("Relu", net.add("Add", net.convolution(inner, outputs, outputs), beside)), outputs
    return net.model(net.convolution(net.add("GlobalAveragePool", x), 512, 1000, 1))


def mobilenet() -> onnx.ModelProto:
    """Inverted residual blocks with channelwise convolutions, as in MobileNet v2."""
    net = FreeNetwork("mobilenet", ["N", 3, "H", "W"])
    x, inputs = net.activated("x", 3, 32, 3, 2), 32
    for outputs, stride in ((16, 1), (24, 2), (24, 1), (32, 2), (32, 1), (64, 2), (64, 1), (96, 1), (160, 2), (160, 1)):
        wide = 6 * inputs
        inner = net.activated(net.activated(x, inputs, wide, 1), wide, wide, 3, stride, wide)
        made = net.convolution(inner, wide, outputs, 1)
        x, inputs = net.add("Add", made, x) if inputs == outputs else made, outputs
    return net.model(net.add("GlobalAveragePool", net.activated(x, 160, 640, 1)))


def unet(*, deconvolution: bool) -> onnx.ModelProto:
    """Three levels down and up again, with joins; up by transposed convolutions or by resizing."""
    net = FreeNetwork("unet", ["N", 3, "H", "W"])
    x, inputs, joined = "x", 3, []
    for outputs in (16, 32, 64, 128):
        x, inputs = net.activated(net.activated(x, inputs, outputs), outputs, outputs), outputs
        joined.append((x, outputs))
        x = net.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]) if outputs < 128 else x
    scales = net.constant(np.array([1, 1, 2, 2], np.float32))
    for beside, outputs in joined[-2::-1]:
        if deconvolution:
            x = net.add("ConvTranspose", x, net.filters(inputs, outputs, 2, 2), strides=[2, 2])
            inputs = outputs
        else:
            x = net.add("Resize", x, "", scales, mode="linear", coordinate_transformation_mode="half_pixel")
        x = net.activated(net.add("Concat", x, beside, axis=1), inputs + outputs, outputs)
        inputs = outputs
    return net.model(net.convolution(x, 16, 2, 1))
