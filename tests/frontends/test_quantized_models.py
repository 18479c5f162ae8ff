"""Quantised networks as native code, against onnxruntime running them as they are written."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.frontends.engine.input_spec import parse_inputs
from dldt.frontends.onnx.importer import import_onnx
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from dldt.runtime import load
from tests.frontends.models import model_path

FOLDER = "onnx/derived_int8_fp16"
# name: (input, contractions of bytes, error allowed: in units of the result's scale)
MODELS = {
    "mtcnn_onet_qdq_int8": ((1, 48, 48, 3), 6, 0),
    "mtcnn_onet_qoperator_int8": ((1, 48, 48, 3), 6, 0),
    "ppocr_cls_qdq_int8": ((1, 3, 48, 192), 52, 2 / 256),
}


@pytest.mark.parametrize("name", MODELS)
def test_quantised_model(name, tmp_path):
    path = model_path(f"{FOLDER}/{name}.onnx")
    shape, contractions, error = MODELS[name]
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    x = np.random.default_rng(2).uniform(-1, 1, shape).astype(np.float32)
    graph = import_onnx(path, inputs=parse_inputs(f"{given.name}[{','.join(map(str, shape))}]"))
    run_pipeline(graph, default_pipeline())
    compile_graph(graph, tmp_path / "m.so", resolve_target("host"))
    with load(tmp_path / "m.so", threads=2) as model:
        found = model.run({given.name: x})
        assert sum("Integer" in step.what for step in model.metadata.steps) >= contractions
    for info, want in zip(session.get_outputs(), session.run(None, {given.name: x}), strict=True):
        np.testing.assert_allclose(found[info.name], want, rtol=0, atol=error)
