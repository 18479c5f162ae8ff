"""Three planted bugs in the text detector: the dump names the step, the search the rewrite, lowering or kernel and its
node, and the reduction leaves at most five nodes."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dldt.codegen.host import host_target
from dldt.compiler import ops
from dldt.debug.dump import Dump
from dldt.debug.dump_options import DumpOptions
from dldt.debug.failure_search import FailureSearch
from dldt.debug.reduce import Reducer
from dldt.passes.pipelines import default_pipeline
from dldt.tools import api
from tests.debug import planted
from tests.debug.browser import page_text
from tests.frontends.models import model_path


@pytest.fixture(scope="module")
def detector():
    """The model for small pictures, and a picture."""
    graph = api.read_model(model_path("onnx/ppocr/ch_PP-OCRv4_det_infer.onnx"), inputs={"x": [1, 3, 64, 64]})
    return graph, {"x": np.random.default_rng(0).standard_normal((1, 3, 64, 64)).astype(np.float32)}


def flip(monkeypatch):
    return planted.with_flipped_sign("p2o.Add.30")


def read_too_far(monkeypatch):
    planted.read_too_far(monkeypatch, ops.Interpolate)
    return default_pipeline()


def swap(monkeypatch):
    planted.swap_channels(monkeypatch, 48, 32, 1)
    return default_pipeline()


BUGS = {
    "pass": (flip, "flip-sign", "flip-sign at Add 'p2o.Add.30'", "Add 'p2o.Add.30'"),
    "lowering": (
        read_too_far,
        "kernels: the lowering of Interpolate 'p2o.Resize.0'",
        "code generation is guilty: the lowering of Interpolate 'p2o.Resize.0'",
        "Interpolate 'p2o.Resize.0'",
    ),
    "kernel": (
        swap,
        "kernels: the kernel family 'convolution', in the kernel for Convolution 'p2o.Conv.4/Convolution'",
        "code generation is guilty: the kernel family 'convolution', in the kernel for Convolution 'p2o.Conv.4",
        "Convolution 'p2o.Conv.4/Convolution'",
    ),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug, detector, tmp_path, monkeypatch):
    plant, step, guilty, left = BUGS[bug]
    graph, inputs = detector
    pipeline = plant(monkeypatch)
    search = FailureSearch(pipeline, host_target(), inputs, 1e-4)
    verdict = search.find(graph)
    assert verdict is not None
    assert guilty in verdict.text
    fails = search.fails_in_passes if verdict.guilty is not None else search.fails_natively
    reduced = Reducer(graph, inputs, fails).run()
    assert len(reduced.nodes) <= 5
    assert left in reduced.nodes
    assert fails(reduced.graph, reduced.inputs)
    dump = Dump(tmp_path / "dump", DumpOptions(values=inputs, only="none"), "det")
    try:
        api.compile_model(graph, tmp_path / "det.so", pipeline=pipeline, observer=dump)
    finally:
        dump.close()
    first = (tmp_path / "dump" / "summary.txt").read_text().splitlines()[2]
    assert re.fullmatch(rf"values: number \d\d\d, {re.escape(step)}.*, is the first to move an output: .*", first)


def test_the_first_screen_names_the_step(detector, tmp_path):
    graph, inputs = detector
    dump = Dump(tmp_path / "dump", DumpOptions(values=inputs), "det")
    api.transform(graph.copy(), pipeline=planted.with_flipped_sign("p2o.Add.30"), observer=dump)
    dump.close()
    text = page_text(tmp_path / "dump" / "index.html", "guilty")
    assert "The first step that moved an output beyond the tolerance" in text
    assert "flip-sign" in text


def test_the_rewrite_leads_back_to_the_frameworks_nodes(detector):
    graph, inputs = detector
    search = FailureSearch(planted.with_flipped_sign("p2o.Add.30"), host_target(), inputs, 1e-4)
    verdict = search.find(graph)
    assert verdict is not None
    assert verdict.guilty is not None
    assert 'Add "p2o.Add.30"' in verdict.guilty.origins
    assert [entry.operation for entry in verdict.guilty.difference.added] == ["Const", "Subtract"]


def test_a_model_without_a_bug_has_no_verdict(detector):
    graph, inputs = detector
    assert FailureSearch(default_pipeline(), host_target(), inputs, 1e-3).find(graph) is None
