"""Models beside their own frameworks, tensor by tensor; where a framework is missing, what is said of it."""

from __future__ import annotations

import importlib.util
import warnings

import pytest

from dldt.compiler.errors import UnsupportedError
from dldt.debug.framework_side import FRAMEWORK_SIDES, FrameworkSide
from dldt.debug.inputs import random_inputs
from dldt.debug.model_side import ModelSide, graph_tensors
from dldt.debug.tensor_comparison import TensorComparison
from dldt.tools import api
from tests.frontends.models import model_path

MODELS = {
    "tf/human/liveness.pb": ("tensorflow", "tensorflow", {"conv2d_1_input": [1, 32, 32, 3]}, 32),
    "tf/basic_pitch/nmp/saved_model.pb": ("tensorflow", "tensorflow", {"input_2": [1, 43844, 1]}, 3),
    "caffe/mtcnn/det2.prototxt": ("opencv", "cv2", None, 9),
    "tflite/wakeword/hey_jarvis.tflite": ("tflite", "ai_edge_litert", None, 20),
    "onnx/ppocr/ch_ppocr_mobile_v2.0_cls_infer.onnx": ("onnxruntime", "onnxruntime", {"x": [1, 3, 48, 192]}, 100),
}


def needed(module: str) -> None:
    """Skips, loudly, without the module."""
    if importlib.util.find_spec(module) is None:
        warnings.warn(f"no comparison with {module}: it is not installed", stacklevel=2)
        pytest.skip(f"{module} is not installed")


@pytest.mark.parametrize("file", MODELS)
def test_a_model_is_compared_with_its_framework(file):
    word, module, inputs, least = MODELS[file]
    path = model_path(file)
    path = path.parent if path.name == "saved_model.pb" else path
    side = ModelSide.parsed(str(path))
    assert side.word == word
    needed(module)
    graph = api.read_model(path, inputs=inputs)
    arrays = random_inputs(graph)
    found = FRAMEWORK_SIDES[word].tensors(path, arrays, graph)
    outputs = [node.name for node in graph.outputs]
    made = TensorComparison.of(found, graph_tensors(graph, arrays), 1e-3, outputs)
    assert made.first is None, made.verdict
    assert len(made.tensors) >= least
    assert made.outputs


def test_what_is_not_installed_is_said_in_a_line(tmp_path):
    def run(path, inputs, graph):
        raise ModuleNotFoundError(name="nothing")

    side = FrameworkSide("opencv", "opencv-python-headless<5", ("caffe",), run)
    with pytest.raises(UnsupportedError) as told:
        side.tensors(tmp_path / "net.prototxt", {}, None)
    assert str(told.value) == (
        "net.prototxt@opencv needs opencv-python-headless: pip install 'opencv-python-headless<5'; "
        "or compare with net.prototxt@interpreter"
    )


READ_BY_OPENVINO = {
    "tf/human/liveness.pb": {"conv2d_1_input": [1, 32, 32, 3]},
    "caffe/mtcnn/det2.caffemodel": None,
    "mxnet/mtcnn/mtcnn2-0000.params": {"data": [1, 3, 24, 24]},
    "kaldi/generated_nnet3/lstm.raw": {"input": [20, 20]},
}


@pytest.mark.parametrize("file", READ_BY_OPENVINO)
def test_openvino_gets_the_ir_of_models_that_it_does_not_read(file):
    path = model_path(file)
    graph = api.read_model(path, inputs=READ_BY_OPENVINO[file])
    arrays = random_inputs(graph)
    found = FRAMEWORK_SIDES["openvino"].tensors(path, arrays, graph)
    made = TensorComparison.of(found, graph_tensors(graph, arrays), 1e-3, [node.name for node in graph.outputs])
    assert made.first is None, made.verdict
    assert made.outputs


def test_what_a_framework_says_of_a_model_is_told():
    path = model_path("tflite/wakeword/hey_jarvis.tflite")
    with pytest.raises(UnsupportedError, match=r"openvino does not run hey_jarvis.tflite: .*; compare with hey_jarvis"):
        FRAMEWORK_SIDES["openvino"].tensors(path, {}, api.read_model(path))


def test_a_kaldi_model_is_interpreted():
    assert ModelSide.parsed(str(model_path("kaldi/generated_nnet3/tdnn.raw"))).word == "interpreter"
