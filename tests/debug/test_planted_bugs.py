"""Three planted bugs in models of three frameworks: the dump names the step, the search the rewrite, lowering or kernel
and its node, and the reduction leaves at most five nodes. Names lead back to the framework's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np
import pytest

from dldt.codegen.host import host_target
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.op import Op
from dldt.debug.dump import Dump
from dldt.debug.dump_options import DumpOptions
from dldt.debug.failure_search import FailureSearch
from dldt.passes.pipeline import Pipeline
from dldt.passes.pipelines import default_pipeline
from dldt.tools import api
from tests.debug import planted
from tests.debug.browser import page_text
from tests.frontends.models import model_path


@attrs.frozen
class Case:
    """A model with a bug, and what is said of it: ``node`` by bisect and reduce, ``source`` in the framework's words,
    ``step`` by the dump. ``spread``: of the inputs, small where the model's softmax would hide everything."""

    file: str
    input: str
    shape: tuple[int, ...]
    plant: Callable[[pytest.MonkeyPatch], Pipeline]
    node: str
    source: str
    step: str = "flip-sign"
    spread: float = 1.0

    def read(self) -> tuple[Graph, dict[str, np.ndarray]]:
        graph = api.read_model(model_path(self.file), inputs={self.input: list(self.shape)})
        random = np.random.default_rng(0).standard_normal(self.shape) * self.spread
        return graph, {self.input: random.astype(np.float32)}


def flip(node: str) -> Callable[[pytest.MonkeyPatch], Pipeline]:
    return lambda patch: planted.with_flipped_sign(node)


def too_far(kind: type[Op]) -> Callable[[pytest.MonkeyPatch], Pipeline]:
    return lambda patch: planted.read_too_far(patch, kind) or default_pipeline()


def swap(outputs: int, inputs: int, kernel: int) -> Callable[[pytest.MonkeyPatch], Pipeline]:
    return lambda patch: planted.swap_channels(patch, outputs, inputs, kernel) or default_pipeline()


TENSORFLOW = ("tf/human/liveness.pb", "conv2d_1_input", (1, 32, 32, 3))
CAFFE = ("caffe/mtcnn/det1.prototxt", "data", (1, 3, 12, 12))
DETECTOR = ("onnx/ppocr/ch_PP-OCRv4_det_infer.onnx", "x", (1, 3, 64, 64))
FRONT = "StatefulPartitionedCall/sequential_1/"
SMALL = {
    "tensorflow-pass": Case(
        *TENSORFLOW,
        flip(f"{FRONT}dense_2/BiasAdd"),
        f"Add '{FRONT}dense_2/BiasAdd'",
        f'BiasAdd "{FRONT}dense_2/BiasAdd"',
        spread=0.1,
    ),
    "tensorflow-lowering": Case(
        *TENSORFLOW,
        too_far(ops.MaxPool),
        f"MaxPool '{FRONT}max_pooling2d_1/MaxPool/MaxPool'",
        f'MaxPool "{FRONT}max_pooling2d_1/MaxPool"',
        "kernels: the lowering of MaxPool",
        spread=0.1,
    ),
    "tensorflow-kernel": Case(
        *TENSORFLOW,
        swap(16, 3, 3),
        f"Convolution '{FRONT}activation_1/Relu/base/Convolution'",
        f'Conv2D "{FRONT}activation_1/Relu/base"',
        "kernels: the kernel family 'convolution'",
        spread=0.1,
    ),
    "caffe-pass": Case(*CAFFE, flip("conv2"), "Add 'conv2'", 'Convolution "conv2"'),
    "caffe-lowering": Case(
        *CAFFE, too_far(ops.MaxPool), "MaxPool 'pool1'", 'Pooling "pool1"', "kernels: the lowering of MaxPool 'pool1'"
    ),
    "caffe-kernel": Case(
        *CAFFE,
        swap(16, 10, 3),
        "Convolution 'conv2/Convolution'",
        'Convolution "conv2"',
        "kernels: the kernel family 'convolution'",
    ),
}
LARGE = {
    "pass": Case(*DETECTOR, flip("p2o.Add.30"), "Add 'p2o.Add.30'", 'Add "p2o.Add.30"'),
    "lowering": Case(
        *DETECTOR,
        too_far(ops.Interpolate),
        "Interpolate 'p2o.Resize.0'",
        'Resize "p2o.Resize.0"',
        "kernels: the lowering of Interpolate 'p2o.Resize.0'",
    ),
    "kernel": Case(
        *DETECTOR,
        swap(48, 32, 1),
        "Convolution 'p2o.Conv.4/Convolution'",
        'Conv "p2o.Conv.4"',
        "kernels: the kernel family 'convolution', in the kernel for Convolution 'p2o.Conv.4/Convolution'",
    ),
}


def check(case: Case, folder: Path, patch: pytest.MonkeyPatch) -> None:
    graph, inputs = case.read()
    pipeline = case.plant(patch)
    search = FailureSearch(pipeline, host_target(), inputs, 1e-4)
    verdict = search.find(graph)
    assert verdict is not None
    words = verdict.text.splitlines()
    assert f"is guilty: flip-sign at {case.node}" in words[0] or words[0].startswith("code generation is guilty: the ")
    assert case.node in words[0]
    assert f"  from {case.source}" in words
    reduced = search.reducer(graph, verdict).run()
    assert len(reduced.nodes) <= 5
    assert case.node in reduced.nodes
    assert (search.fails_in_passes if verdict.guilty else search.fails_natively)(reduced.graph, reduced.inputs)
    dump = Dump(folder / "dump", DumpOptions(values=inputs, only="none"), "det")
    try:
        api.compile_model(graph, folder / "m.so", pipeline=pipeline, observer=dump)
    finally:
        dump.close()
    first = (folder / "dump" / "summary.txt").read_text().splitlines()[2]
    assert re.fullmatch(rf"values: number \d\d\d, {re.escape(case.step)}.*, is the first to move an output: .*", first)


@pytest.mark.parametrize("bug", SMALL)
def test_a_planted_bug_is_found(bug, tmp_path, monkeypatch):
    check(SMALL[bug], tmp_path, monkeypatch)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("bug", LARGE)
def test_a_planted_bug_is_found_in_a_large_model(bug, tmp_path, monkeypatch):
    check(LARGE[bug], tmp_path, monkeypatch)


def test_the_first_screen_names_the_step(tmp_path):
    case = SMALL["caffe-pass"]
    graph, inputs = case.read()
    dump = Dump(tmp_path / "dump", DumpOptions(values=inputs), "net")
    api.transform(graph.copy(), pipeline=planted.with_flipped_sign("conv2"), observer=dump)
    dump.close()
    text = page_text(tmp_path / "dump" / "index.html", "guilty")
    assert "The first step that moved an output beyond the tolerance" in text
    assert "flip-sign" in text


def test_a_model_without_a_bug_has_no_verdict():
    graph, inputs = SMALL["tensorflow-pass"].read()
    assert FailureSearch(default_pipeline(), host_target(), inputs, 1e-4).find(graph) is None
