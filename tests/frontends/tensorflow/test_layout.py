"""Networks of pictures [batch, height, width, channels] keep one Transpose, at their input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dldt.compiler.interpret import interpret
from dldt.compiler.ops.convolution import Convolution
from dldt.compiler.ops.core import Parameter
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.import_model import import_model
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.ops import register
from dldt.tools.api import transform

RANDOM = np.random.default_rng(7)


class Net:
    """A network that is written node by node; ``x`` is a picture of 16 by 16 with three channels."""

    def __init__(self):
        self.nodes, self.weights = [], {}

    def add(self, op, *inputs, **attributes):
        """A node; arrays are constants. Returns its tensor."""
        name = f"n{len(self.nodes)}"
        names = []
        for given in inputs:
            if isinstance(given, str):
                names.append(given)
                continue
            names.append(f"w{len(self.weights)}")
            self.weights[names[-1]] = TensorRecord.of(np.asarray(given))
        self.nodes.append(NodeRecord(op, name, tuple(names), (name,), attributes))
        return name

    def conv(self, x, *filters, stride=1, op="Conv2D"):
        """A convolution in SAME padding, with its bias and a ReLU."""
        weights = RANDOM.standard_normal(filters).astype(np.float32) / 3
        made = self.add(op, x, weights, strides=(1, stride, stride, 1), padding="SAME")
        channels = filters[3] if op == "Conv2D" else filters[2] * filters[3]
        biased = self.add("BiasAdd", made, RANDOM.standard_normal(channels).astype(np.float32))
        return self.add("Relu", biased)

    def norm(self, x, channels):
        """A batch normalisation."""
        numbers = [RANDOM.uniform(0.5, 1.5, channels).astype(np.float32) for _ in range(4)]
        return self.add("FusedBatchNormV3", x, *numbers, is_training=False)

    def graph(self, output, batch):
        """The model, imported."""
        record = GraphRecord(
            "net",
            tuple(self.nodes),
            {"x": DeclaredType(DType.f32, (batch, 16, 16, 3))},
            (output,),
            self.weights,
        )
        return import_model(ModelRecord(register(), Path("net.pb"), record))


AXES = np.array([1, 2], np.int32)


def plain(net):
    """Convolutions, pools, sums, joined and padded tensors, a mean and a dense layer."""
    x = net.norm(net.conv("x", 3, 3, 3, 8, stride=2), 8)
    y = net.conv(net.conv(x, 3, 3, 8, 2, op="DepthwiseConv2dNative"), 1, 1, 16, 8)
    x = net.add("AddV2", x, y)
    pooled = net.add("MaxPool", x, ksize=(1, 3, 3, 1), strides=(1, 1, 1, 1), padding="SAME")
    x = net.add("ConcatV2", net.conv(x, 1, 1, 8, 4), net.conv(pooled, 1, 1, 8, 4), np.array(3, np.int32))
    x = net.add("Pad", x, np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32))
    weights = RANDOM.standard_normal((3, 3, 8, 8)).astype(np.float32) / 5
    x = net.add("Conv2D", x, weights, strides=(1, 2, 2, 1), padding="VALID")
    x = net.add("Mean", net.norm(x, 8), AXES)
    return net.add("Softmax", net.add("MatMul", x, RANDOM.standard_normal((8, 5)).astype(np.float32)))


def gated(net):
    """Channels weighed by their means, as in squeeze and excitation; a swish, and a mean that keeps dims."""
    x = net.conv("x", 3, 3, 3, 8)
    x = net.add("Mul", x, net.add("Sigmoid", x))
    gate = net.conv(net.add("Mean", x, AXES, keep_dims=True), 1, 1, 8, 8)
    x = net.conv(net.add("Mul", x, net.add("Sigmoid", gate)), 1, 1, 8, 4)
    return net.add("Mean", x, AXES)


def resized(net):
    """Resized, cut and joined."""
    x = net.conv("x", 3, 3, 3, 8, stride=2)
    y = net.add("ResizeBilinear", x, np.array([16, 16], np.int32), half_pixel_centers=True)
    first = net.conv(y, 3, 3, 8, 8)
    numbers = [np.array(n, np.int32) for n in ((0, 1, 1, 0), (0, 15, 15, 0), (1, 1, 1, 1))]
    cut = net.add("StridedSlice", first, *numbers, begin_mask=9, end_mask=9)
    return net.add("Mean", net.conv(net.add("LeakyRelu", cut, alpha=0.1), 3, 3, 8, 4), AXES)


def flat(net):
    """A dense layer behind all of a picture."""
    x = net.conv("x", 3, 3, 3, 4, stride=4)
    x = net.add("Reshape", x, np.array([-1, 64], np.int32))
    return net.add("MatMul", x, RANDOM.standard_normal((64, 5)).astype(np.float32))


def dilated(net):
    """A convolution between blocks of space."""
    x = net.conv("x", 3, 3, 3, 4)
    block, pairs = np.array([2, 2], np.int32), np.array([[2, 2], [2, 2]], np.int32)
    x = net.add("SpaceToBatchND", x, block, pairs)
    weights = RANDOM.standard_normal((3, 3, 4, 4)).astype(np.float32)
    x = net.add("Conv2D", x, weights, strides=(1, 1, 1, 1), padding="VALID")
    x = net.add("BatchToSpaceND", x, block, np.zeros((2, 2), np.int32))
    return net.add("Mean", net.conv(x, 1, 1, 4, 4), AXES)


NETWORKS = {each.__name__: each for each in (plain, gated, resized, flat, dilated)}


@pytest.mark.parametrize("batch", [2, "N"])
@pytest.mark.parametrize("name", NETWORKS)
def test_one_transpose_is_left(name, batch):
    net = Net()
    graph = net.graph(NETWORKS[name](net), batch)
    x = RANDOM.standard_normal((2, 16, 16, 3)).astype(np.float32)
    (wanted,) = interpret(graph, {"x": x}).values()
    transform(graph)
    (found,) = interpret(graph, {"x": x}).values()
    np.testing.assert_allclose(found, wanted, atol=2e-5 * np.abs(wanted).max())
    left = [node for node in graph.order() if isinstance(node.op, Transpose)]
    assert len(left) == 1
    assert isinstance(left[0].inputs[0].op, Parameter)
    assert not [node for node in graph.order() if node.op.type in ("Pad", "SpaceToBatch", "BatchToSpace")]
    if name == "dilated":
        assert (2, 2) in [node.op.dilations for node in graph.order() if isinstance(node.op, Convolution)]
