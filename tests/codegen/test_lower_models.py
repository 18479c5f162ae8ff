"""Real networks: regions of composed rules, run by the loop interpreter, against the operations' definition."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.interpreter import run_nests
from dldt.codegen.loop.lower.store import store
from dldt.codegen.plan.regions import partition
from dldt.codegen.task.region import compose, runtime_inputs
from dldt.compiler.dims import Symbol, symbols
from dldt.compiler.graph import Graph, Value
from dldt.compiler.interpret import interpret
from dldt.compiler.substitute import evaluate
from dldt.frontends.read_model import read_model
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from tests.frontends.models import model_path

MODELS = {
    "onnx/mtcnn/pnet.onnx": (2, 15, 13, 3),
    "onnx/mtcnn/rnet.onnx": (2, 24, 24, 3),
    "onnx/magika/model.onnx": (1, 2048),
    "onnx/wakeword/namaste_deepa.onnx": (1, 24, 96),
    "onnx/ppocr/ch_ppocr_mobile_v2.0_cls_infer.onnx": (2, 3, 48, 32),
    "onnx/tinyocr/PP-OCRv6_rec_tiny.onnx": (1, 3, 48, 32),
}


def _run_regions(graph: Graph, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The outputs, region by region."""
    sizes: dict[Symbol, int] = {}
    arrays: dict[Value, np.ndarray] = {}
    for value in graph.inputs:
        arrays[value] = feeds[value.node.name]
        pairs = zip(value.type.shape, arrays[value].shape, strict=True)
        sizes.update({s: size for dim, size in pairs for s in symbols(dim)})
    for region in partition(graph):
        inside = {v for node in region.nodes for v in node.outputs}
        needed = {v for node in region.nodes for _, v in runtime_inputs(node)} - inside
        buffers = {v: Buffer(f"v{v.id}_{v.port}", v.type.dtype, v.type.shape) for v in needed}
        root = region.root
        out = Buffer("out", root.type.dtype, root.type.shape)
        arrays[root] = np.zeros([evaluate(dim, sizes) for dim in root.type.shape], root.type.dtype.numpy)
        memory = {b: v.constant if v.constant is not None else arrays[v] for v, b in buffers.items()}
        run_nests([store(compose(region, buffers), out)], {**memory, out: arrays[root]}, sizes)
    return {node.name: arrays[value] for node in graph.outputs if (value := node.inputs[0]) is not None}


IMPORTED = [name for name in MODELS if "magika" not in name]  # its one-hot input is a large table until it is fused
RUNS = [(name, False) for name in IMPORTED] + [(name, True) for name in MODELS]


@pytest.mark.parametrize(("name", "optimise"), RUNS)
def test_regions_of_real_networks(name, optimise):
    graph = read_model(model_path(name))
    random = np.random.default_rng(5)
    (given,) = graph.inputs
    dtype = given.type.dtype
    numbers = random.uniform(0, 1, MODELS[name]) if dtype.is_float else random.integers(0, 256, MODELS[name])
    feeds = {given.node.name: np.asarray(numbers).astype(dtype.numpy)}
    expected = interpret(graph, feeds)
    if optimise:
        run_pipeline(graph, default_pipeline(), verify=True)
    found = _run_regions(graph, feeds)
    for output, want in expected.items():
        assert found[output].shape == want.shape
        assert np.abs(found[output] - want).max() <= 2e-5 * np.abs(want).max()
