"""The default pipeline on real networks: what is left of them, and that onnxruntime agrees with the result."""

from __future__ import annotations

import functools
from collections import Counter

import numpy as np
import onnxruntime
import pytest

from dldt.compiler.dims import Dim
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from tests.frontends.models import model_path

PPOCR = "onnx/ppocr/ch_ppocr_mobile_v2.0_cls_infer.onnx"
DETECTOR = "onnx/ppocr/ch_PP-OCRv4_det_infer.onnx"


@functools.cache
def optimised(name: str, shape: tuple[Dim, ...] | None = None) -> tuple[Graph, Counter[str], Counter[str]]:
    """The graph after the pipeline, and its operations before and after, sub-graphs included."""
    path = model_path(name)
    graph = read_model(path) if shape is None else read_model(path, inputs=[shape])
    before = operations(graph)
    run_pipeline(graph, default_pipeline(), verify=True)
    return graph, before, operations(graph)


def operations(graph: Graph) -> Counter[str]:
    every = Counter(node.op.type for part in graph.walk() for node in part.order())
    for ends in ("Const", "Parameter", "Result"):
        del every[ends]
    return every


LIGHT = ("resnet50", "densenet121", "inception_v1", "inception_v2", "shufflenet", "squeezenet")


@pytest.mark.parametrize("name", LIGHT)
def test_no_batch_norm_is_left_and_no_convolution_is_added(name):
    _, before, after = optimised(f"light_{name}.onnx")
    convolutions = ("Convolution", "GroupConvolution")
    assert after["BatchNormInference"] == 0
    assert sum(after[c] for c in convolutions) <= sum(before[c] for c in convolutions)
    assert set(after) <= set(before) | {"Multiply", "Add", "ShuffleChannels"}
    assert after["Unsqueeze"] == after["Divide"] == after["Subtract"] == 0


def test_batch_norm_of_resnet_is_a_bias_a_convolution():
    _, before, after = optimised("light_resnet50.onnx")
    assert before["BatchNormInference"] == 53
    assert after["Convolution"] == 53
    assert after["Add"] == before["Add"] + 53
    assert after["Multiply"] == 0


def test_batch_norm_of_densenet_is_one_product_and_one_sum():
    """59 of the 121 follow a convolution alone; 62 follow a Concat or a pool."""
    _, before, after = optimised("light_densenet121.onnx")
    assert before["BatchNormInference"] == 121
    assert after["Multiply"] == 62
    assert after["Add"] == 122


def test_shufflenet_shuffles():
    _, _, after = optimised("light_shufflenet.onnx")
    assert after["ShuffleChannels"] == 16
    assert after["Transpose"] == 0


@pytest.mark.parametrize(("name", "size"), [("rnet", 24), ("onet", 48)])
def test_the_face_detectors_keep_the_transpose_of_their_input(name, size):
    _, before, after = optimised(f"onnx/mtcnn/{name}.onnx", (1, size, size, 3))
    assert (before["Transpose"], after["Transpose"]) == (2, 1)


def test_the_text_classifier_has_hswish():
    _, before, after = optimised(PPOCR, (1, 3, 48, 192))
    assert after["HSwish"] == before["Divide"] == 18
    assert after["BatchNormInference"] == after["ShapeOf"] == after["Concat"] == after["Slice"] == 0


def test_the_text_detector_has_hswish_and_hsigmoid():
    _, before, after = optimised(DETECTOR, (1, 3, 64, 64))
    assert (after["HSwish"], after["HSigmoid"]) == (24, 2)
    assert after["Clamp"] == after["Divide"] == after["BatchNormInference"] == 0
    assert after["Convolution"] == before["Convolution"]


def test_the_file_classifier_keeps_its_batch_free():
    graph, _, after = optimised("onnx/magika/model.onnx")
    assert not graph.inputs[0].type.is_static
    assert (after["MVN"], after["Gelu"], after["SoftMax"]) == (2, 2, 1)
    assert after["ShapeOf"] == after["Broadcast"] == after["Sqrt"] == after["Tanh"] == 0


def test_the_wake_word_has_layer_norms():
    _, _, after = optimised("onnx/wakeword/namaste_deepa.onnx")
    assert after["MVN"] == 2
    assert after["Power"] == after["Sqrt"] == after["ReduceMean"] == 0


RUNNABLE = {
    "onnx/mtcnn/pnet.onnx": (1, 24, 24, 3),
    "onnx/mtcnn/rnet.onnx": (2, 24, 24, 3),
    "onnx/mtcnn/onet.onnx": (1, 48, 48, 3),
    "onnx/magika/model.onnx": (1, 2048),
    "onnx/wakeword/namaste_deepa.onnx": (1, 24, 96),
    "onnx/centerface/centerface.onnx": (10, 3, 32, 32),
    PPOCR: (1, 3, 48, 192),
    DETECTOR: (1, 3, 32, 64),
}


@pytest.mark.parametrize("name", RUNNABLE)
def test_onnxruntime_agrees(name):
    graph, _, _ = optimised(name, RUNNABLE[name])
    quiet = onnxruntime.SessionOptions()
    quiet.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(model_path(name)), quiet, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(3)
    (given,) = graph.inputs
    shape, dtype = RUNNABLE[name], given.type.dtype
    x = (rng.normal(0, 1, shape) if dtype.is_float else rng.integers(0, 257, shape)).astype(dtype.numpy)
    expected = session.run(None, {session.get_inputs()[0].name: x})
    got = interpret(graph, {given.node.name: x})
    assert list(got) == [output.name for output in session.get_outputs()]
    for array, wanted in zip(got.values(), expected, strict=True):
        assert array.shape == wanted.shape
        np.testing.assert_allclose(array, wanted, rtol=0, atol=1e-4 * max(1.0, float(np.max(np.abs(wanted)))))
