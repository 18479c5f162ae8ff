from __future__ import annotations

import warnings

import numpy as np
import onnx
import onnxruntime
import pytest

from dldt.compiler.interpret import interpret
from dldt.compiler.ops.control import If
from dldt.frontends.engine.input_spec import parse_inputs
from dldt.frontends.read_model import read_model
from tests.frontends.models import LIGHT, ROOT, model_path

LIGHT_MODELS = ("bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50", "shufflenet", "squeezenet",
                "vgg19", "zfnet512")  # fmt: skip
CASES = [
    ("onnx/centerface/centerface.onnx", "input.1[1,3,32,64]", {}),
    ("onnx/mtcnn/pnet.onnx", "", {"input_1": (2, 17, 14, 3)}),
    ("onnx/mtcnn/rnet.onnx", "", {"input_2": (3, 24, 24, 3)}),
    ("onnx/mtcnn/onet.onnx", "", {"input_3": (2, 48, 48, 3)}),
    ("onnx/magika/model.onnx", "", {"bytes": (2, 2048)}),
    ("onnx/wakeword/namaste_deepa.onnx", "", {}),
    ("onnx/ppocr/ch_PP-OCRv4_det_infer.onnx", "x[1,3,32,64]", {}),
    ("onnx/ppocr/ch_ppocr_mobile_v2.0_cls_infer.onnx", "", {"x": (2, 3, 48, 96)}),
    ("onnx/silero/silero_vad_op18_ifless.onnx", "", {"input": (2, 576), "state": (2, 2, 128)}),
    ("onnx/silero/silero_vad_op18_ifless.onnx", "input[1,576],state[2,1,128],sr->16000", {}),
    ("onnx/tinyocr/PP-OCRv6_rec_tiny.onnx", "", {"x": (1, 3, 48, 64)}),
    ("light_squeezenet.onnx", "data_0[1,3,64,64]", {}),
]


def test_says_how_many_models_were_found():
    names = [name for name, _, _ in CASES if not name.startswith("light_")]
    found = [name for name in dict.fromkeys(names) if (ROOT / name).is_file()]
    light = [name for name in LIGHT_MODELS if (LIGHT / f"light_{name}.onnx").is_file()]
    warnings.warn(
        f"{len(found)} of {len(set(names))} models in DLDT_MODELS, {len(light)} of 9 light ones", stacklevel=1
    )
    assert len(light) == len(LIGHT_MODELS)


@pytest.mark.parametrize(("name", "spec", "shapes"), CASES, ids=[f"{n.rsplit('/')[-1]}-{s}" for n, s, _ in CASES])
def test_model_answers_as_onnxruntime_does(name, spec, shapes):
    path = model_path(name)
    before_sigmoid = ["0:sigmoid_0.tmp_0"] if "det_infer" in name else None  # onnxruntime's saturates at 1e-8
    graph = read_model(path, inputs=parse_inputs(spec) if spec else None, outputs=before_sigmoid)
    rng = np.random.default_rng(3)
    feeds = {}
    for value in graph.inputs:
        shape = shapes.get(value.name) or value.type.static_shape
        dtype = value.type.dtype.numpy
        numbers = rng.integers(0, 256, shape) if dtype.kind == "i" else rng.uniform(0, 1, shape)
        feeds[value.name] = np.asarray(numbers).astype(dtype)
    if "sr" in feeds:
        feeds["sr"] = np.array(16000, np.int64)
    found = interpret(graph, feeds)
    given = {**feeds, "sr": np.array(16000, np.int64)} if "silero" in name else feeds
    session = session_without_declared_shapes(path, list(found))
    for output, want in zip(found, session.run(list(found), given), strict=True):
        assert found[output].shape == want.shape
        assert np.abs(found[output] - want).max() <= 1e-4 * np.abs(want).max()
    if before_sigmoid is None:
        assert list(found) == [info.name for info in session.get_outputs()]


def session_without_declared_shapes(path, outputs):
    """onnxruntime's session, at any size: some files declare one size, another is asked for."""
    model = onnx.load(path)
    inputs = {info.name for info in model.graph.input} - {tensor.name for tensor in model.graph.initializer}
    for info in [*model.graph.input, *model.graph.output]:
        if info.name in inputs or info in model.graph.output:
            info.type.tensor_type.ClearField("shape")
    known = {info.name for info in model.graph.output}
    model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in outputs if name not in known)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("name", LIGHT_MODELS)
def test_light_model_has_its_declared_types(name):
    path = model_path(f"light_{name}.onnx")
    declared = onnx.load(path).graph
    graph = read_model(path)
    initializers = {i.name for i in declared.initializer}
    for infos, values in (
        ([i for i in declared.input if i.name not in initializers], graph.inputs),
        (declared.output, graph.output_values),
    ):
        shapes = [(i.name, tuple(d.dim_value for d in i.type.tensor_type.shape.dim)) for i in infos]
        assert [(v.names[0], v.type.static_shape) for v in values] == shapes


def test_if_of_a_known_condition_leaves_its_branch_only():
    path = model_path("onnx/silero/silero_vad_op18_ifless.onnx")
    free = read_model(path)
    assert sum(isinstance(node.op, If) for node in free.order()) == 1
    frozen = read_model(path, freeze={"sr": 16000})
    assert [value.name for value in frozen.inputs] == ["input", "state"]
    assert not any(isinstance(node.op, If) for node in frozen.order())


def test_free_batch_flows_through_the_whole_model():
    graph = read_model(model_path("onnx/magika/model.onnx"), inputs={"bytes": ["N", 2048]})
    assert str(graph.inputs[0].type) == "i32[N,2048]"
    assert str(graph.outputs[0].types[0]) == "f32[N,214]"
