"""Real networks written as IR: read back the same, and OpenVINO gives onnxruntime's numbers from them."""

import numpy as np
import onnxruntime
import pytest

from dldt.compiler.ir.read import read_ir
from dldt.compiler.ir.write import write_ir
from dldt.frontends.read_model import read_model
from tests.frontends.models import model_path
from tests.ir.models import assert_same_graph, run_openvino
from tests.ops.case import integers, normal

NETWORKS = [
    ("onnx/mtcnn/pnet.onnx", {"input_1": (2, 17, 14, 3)}),
    ("onnx/mtcnn/rnet.onnx", {"input_2": (3, 24, 24, 3)}),
    ("onnx/mtcnn/onet.onnx", {"input_3": (2, 48, 48, 3)}),
    ("onnx/magika/model.onnx", {"bytes": (3, 2048)}),
    ("onnx/wakeword/namaste_deepa.onnx", {"onnx::Flatten_0": (1, 24, 96)}),
    ("onnx/ppocr/ch_ppocr_mobile_v2.0_cls_infer.onnx", {"x": (2, 3, 48, 96)}),
    ("onnx/silero/silero_vad_op18_ifless.onnx", {"input": (2, 576), "state": (2, 2, 128)}),
    ("light_shufflenet.onnx", {"gpu_0/data_0": (1, 3, 224, 224)}),
]


@pytest.mark.parametrize(("name", "shapes"), NETWORKS, ids=[name.rsplit("/")[-1] for name, _ in NETWORKS])
def test_a_network_goes_through_the_ir(name, shapes, tmp_path):
    source = model_path(name)
    graph = read_model(source)
    path, _ = write_ir(graph, tmp_path / "m.xml")
    assert_same_graph(graph, read_ir(path))
    feeds = {}
    for value in graph.inputs:
        shape = shapes.get(value.node.name, ())
        integral = value.type.dtype.is_integer
        sample = integers(0, 256, *shape) if integral else np.abs(normal(*shape))
        feeds[value.node.name] = np.asarray(sample, dtype=value.type.dtype.numpy)
    if "sr" in feeds:
        feeds["sr"] = np.array(16000, np.int64)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    names = [info.name for info in session.get_outputs()]
    assert [node.name for node in graph.outputs] == names
    given = feeds | ({"sr": np.array(16000, np.int64)} if "silero" in name else {})
    answers = run_openvino(path, feeds)
    for output, want in zip(names, session.run(names, given), strict=True):
        assert np.abs(answers[output] - want).max() <= 1e-4 * np.abs(want).max()
