"""Operations of free shapes, at two sizes each, beside onnxruntime."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from dldt.compiler.interpret import interpret
from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import reference

RANDOM = np.random.default_rng(8)


def free_model(nodes, shape, outputs, constants=()):
    graph = helper.make_graph(
        nodes,
        "free",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_empty_tensor_value_info(name) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in constants],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def pooled_and_back():
    window = dict(kernel_shape=[2, 2], strides=[2, 2])
    nodes = [
        helper.make_node("MaxPool", ["x"], ["largest", "places"], **window),
        helper.make_node("MaxUnpool", ["largest", "places"], ["y"], **window),
    ]
    return free_model(nodes, ["N", 3, "H", 6], ["y"])


def mask():
    return free_model([helper.make_node("Dropout", ["x"], ["y", "mask"])], ["N", 3, "H", 6], ["y", "mask"])


def columns_first():
    window = dict(kernel_shape=[2, 3], strides=[1, 2], storage_order=1)
    return free_model(
        [helper.make_node("MaxPool", ["x"], ["y", "places"], **window)], ["N", 3, "H", 6], ["y", "places"]
    )


def middle(axes):
    node = helper.make_node("CenterCropPad", ["x", "size"], ["y"], axes=axes)
    return free_model([node], ["N", 3, "H", 6], ["y"], [("size", np.array([5, 4]))])


CASES = {
    "MaxUnpool": pooled_and_back(),
    "Dropout": mask(),
    "MaxPool-storage-order": columns_first(),
    "CenterCropPad": middle([2, 3]),
    "CenterCropPad-back": middle([-2, 1]),
}


@pytest.mark.parametrize("height", [4, 8])
@pytest.mark.parametrize("model", CASES.values(), ids=CASES)
def test_free_shapes(model, height, tmp_path):
    path = tmp_path / "model.onnx"
    onnx.save(model, path)
    feeds = {"x": RANDOM.standard_normal((2, 3, height, 6)).astype(np.float32)}
    found = interpret(import_onnx(path), feeds)
    for output, want in zip(model.graph.output, reference(model, feeds), strict=True):
        np.testing.assert_array_equal(found[output.name], want)


def of_two(nodes, shapes, constants=()):
    model = free_model(nodes, shapes[0], ["y"], constants)
    model.graph.input.append(helper.make_tensor_value_info("m", TensorProto.FLOAT, shapes[1]))
    return model


@pytest.mark.parametrize("size", [(4, 3), (1, 3), (4, 1), (1, 1)])
def test_a_mask_that_broadcasts_may_be_read_again(size, tmp_path):
    """As attention reads one that it adds to the scores: their size is that to which the mask broadcasts."""
    nodes = [helper.make_node("Add", ["x", "m"], ["sum"]), helper.make_node("Mul", ["m", "sum"], ["y"])]
    model = of_two(nodes, (["N", "W"], ["A", "B"]))
    path = tmp_path / "model.onnx"
    onnx.save(model, path)
    feeds = {n: RANDOM.standard_normal(s).astype(np.float32) for n, s in (("x", (4, 3)), ("m", size))}
    (want,) = reference(model, feeds)
    np.testing.assert_array_equal(interpret(import_onnx(path), feeds)["y"], want)


def test_a_slope_says_how_many_channels_there_are(tmp_path):
    """Where the model leaves their number free, it is a condition."""
    slope = np.array([[0.5], [2], [-1]], np.float32)
    model = free_model([helper.make_node("PRelu", ["x", "slope"], ["y"])], ["N", "C", "W"], ["y"], [("slope", slope)])
    path = tmp_path / "model.onnx"
    onnx.save(model, path)
    graph = import_onnx(path)
    feeds = {"x": RANDOM.standard_normal((2, 3, 5)).astype(np.float32)}
    np.testing.assert_array_equal(interpret(graph, feeds)["y"], reference(model, feeds)[0])
    assert [(c.relation, str(c.left), str(c.right)) for c in graph.conditions] == [("eq", "C", "3")]
