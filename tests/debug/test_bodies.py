"""Nodes inside bodies: their origins, values, differences, and bugs that are found in them."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from dldt.codegen.host import host_target
from dldt.compiler import ops
from dldt.compiler.interpret import interpret
from dldt.debug.body_run import BodyRun, body_tensors
from dldt.debug.dump import Dump
from dldt.debug.dump_options import DumpOptions
from dldt.debug.evaluator import Evaluator
from dldt.debug.failure_search import FailureSearch
from dldt.debug.model_side import graph_tensors
from dldt.debug.provenance import Provenance
from dldt.debug.transformed import transformed
from dldt.frontends.onnx.importer import import_onnx
from dldt.passes.pipelines import default_pipeline
from dldt.tools import api
from tests.debug import planted
from tests.debug.test_dump import data_of
from tests.frontends.onnx_node import save
from tests.frontends.onnx_text import model_of_text

LOOP = """g (float[1,2,4,6] x, int64 M) => (float[1,2,4,6] y) {
  w = Constant <value = float[2,2,1,1] {0.5, -1.0, 0.25, 2.0}> ()
  b = Constant <value = float[1,2,1,1] {0.5, 1.5}> ()
  y = Loop <body = turn (int64 i, bool c, float[1,2,4,6] a) => (bool c2, float[1,2,4,6] d) {
    k = Conv(a, w)
    s = Add(k, b)
    p = MaxPool <kernel_shape = [1, 3], pads = [0, 1, 0, 1]> (s)
    d = Tanh(p)
    c2 = Identity(c)
  }> (M, , x)
}"""
X = np.random.default_rng(1).standard_normal((1, 2, 4, 6)).astype(np.float32)
FEED = {"x": X, "M": np.array(3)}
UNROLLED = LOOP.replace("float[1,2,4,6] x, int64 M", "float[1,2,4,6] x").replace(
    "  w = Const", "  M = Constant <value = int64 {3}> ()\n  w = Const"
)


@pytest.fixture
def loop(tmp_path):
    return import_onnx(save(model_of_text(LOOP), tmp_path))


def turns(x):
    """What each turn makes of k, s, p and d, by the definitions."""
    weights, bias = np.array([[0.5, -1.0], [0.25, 2.0]], np.float32), np.array([0.5, 1.5], np.float32)
    for _ in range(3):
        k = np.einsum("oc,nchw->nohw", weights, x)
        s = k + bias[None, :, None, None]
        padded = np.pad(s, ((0, 0), (0, 0), (0, 0), (1, 1)), constant_values=-np.inf)
        p = np.maximum(np.maximum(padded[..., :-2], padded[..., 1:-1]), padded[..., 2:])
        x = np.tanh(p)
        yield {"k": k, "s": s, "p": p, "d": x}


def test_the_tensors_of_all_turns_are_known(loop):
    values = Evaluator(FEED).values(loop, {v: v for node in loop.order() for v in node.outputs})
    found = body_tensors(loop, values)
    expected = list(turns(X))
    for name in "ksd":
        (key,) = (each for each in found if each.rpartition("/")[2] == name)
        np.testing.assert_allclose(found[key], np.stack([turn[name] for turn in expected]), rtol=1e-5, atol=1e-6)
    assert {key for key in graph_tensors(loop, FEED)} >= set(found)


def test_a_turn_is_a_model_of_its_own(loop):
    (node,) = (node for node in loop.order() if node.bodies)
    values = Evaluator(FEED).values(loop, {v: v for v in node.inputs if v is not None})
    runs = BodyRun.of(node, [None if v is None else values[v] for v in node.inputs])
    assert [run.turn for run in runs] == [0, 1, 2]
    for run, expected in zip(runs, turns(X), strict=True):
        made = interpret(run.model, run.inputs)
        assert any(array.shape == X.shape and np.allclose(array, expected["d"], atol=1e-6) for array in made.values())


def test_what_is_moved_out_of_a_body_stems_from_the_frameworks_node_in_it(tmp_path):
    graph = import_onnx(save(model_of_text(UNROLLED), tmp_path))
    provenance = Provenance()
    made = transformed(graph, default_pipeline(), provenance)
    tanhs = [node for node in made.order() if node.op.type == "Tanh"]
    assert len(tanhs) == 3
    assert all(any(origin.startswith("Tanh ") for origin in provenance.origins(node)) for node in tanhs)


def bugs(monkeypatch, bug, graph):
    add = next(node.name for part in graph.walk() for node in part.order() if node.op.type == "Add")
    if bug == "pass":
        return planted.with_flipped_sign(add)
    if bug == "lowering":
        planted.read_too_far(monkeypatch, ops.MaxPool)
    else:
        planted.swap_channels(monkeypatch, 2, 2, 1)
    return default_pipeline()


@pytest.mark.parametrize(
    ("bug", "guilty", "left"),
    [
        ("pass", r"application \d+ of \d+ is guilty: flip-sign at Add '.*s'", "Add"),
        (
            "lowering",
            r"code generation is guilty: the lowering of MaxPool '.*p.*' in the body of Loop 'y', .*",
            "MaxPool",
        ),
        (
            "kernel",
            r"code generation is guilty: the kernel family 'convolution' in the body of Loop 'y', .*Convolution '.*k.*",
            "Convolution",
        ),
    ],
)
def test_a_bug_in_a_body_is_found_in_it(bug, guilty, left, loop, monkeypatch):
    pipeline = bugs(monkeypatch, bug, loop)
    search = FailureSearch(pipeline, host_target(), FEED, 1e-4)
    verdict = search.find(loop)
    assert verdict is not None
    assert re.fullmatch(guilty, verdict.text.splitlines()[0]), verdict.text
    reduced = search.reducer(loop, verdict).run()
    assert len(reduced.nodes) <= 5
    assert any(node.startswith(left) for node in reduced.nodes)
    assert not any("Loop" in node for node in reduced.nodes)


def test_a_dump_shows_bodies(loop, tmp_path):
    dump = Dump(tmp_path / "d", DumpOptions(values=FEED), "loop")
    api.compile_model(loop, tmp_path / "m.so", pipeline=bugs(None, "pass", loop), observer=dump)
    dump.close()
    assert "flip-sign, is the first to move an output" in (tmp_path / "d" / "summary.txt").read_text()
    (folder,) = (path for path in (tmp_path / "d" / "passes").iterdir() if path.name.endswith("flip-sign"))
    assert re.search(r"^- y/body/\d+ '.*s' .*Add\(", (folder / "diff.txt").read_text(), re.MULTILINE)
    assert re.search(r"^'.*p' f32\[3, 1, 2, 4, 6\], in a body: min", (folder / "values.txt").read_text(), re.MULTILINE)
    nodes = data_of(tmp_path / "d")["nodes"]
    kernels = [json.loads(line) for line in (tmp_path / "d" / "kernels.jsonl").read_text().splitlines()]
    inside = [kernel for kernel in kernels if "Convolution" in kernel["name"]]
    assert inside
    for kernel in inside:
        assert all(key.startswith("y/body/") and key in nodes for key in kernel["nodes"]), kernel["nodes"]
        assert any(origin.startswith("Conv ") for origin in kernel["origins"])
