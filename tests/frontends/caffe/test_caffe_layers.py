"""Every layer type: what is imported computes what Caffe does, interpreted and as native code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.compiler.interpret import interpret
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.importer import import_caffe
from dldt.frontends.caffe.layers import LAYERS
from dldt.runtime import load
from tests.frontends.caffe.cases import CASES

STORED = np.load(Path(__file__).with_name("opencv.npz"))
TITLES = [case.key for case in CASES]


def expected_of(case):
    """The outputs in the order of the tops."""
    if case.expected is None:
        count = sum(name.startswith(f"{case.key}/") for name in STORED.files)
        return [STORED[f"{case.key}/{place}"] for place in range(count)]
    weights = [blob for blobs in case.net.weights().values() for blob in blobs]
    made = case.expected(*case.net.feeds().values(), *weights)
    return list(made) if isinstance(made, tuple) else [made]


def agree(found, expected):
    assert len(found) == len(expected)
    for got, want in zip(found, expected, strict=True):
        assert got.shape == want.shape
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, want, rtol=0, atol=2e-6 * max(np.nanmax(np.abs(want), initial=0), 1e-3))


@pytest.mark.parametrize("case", CASES, ids=TITLES)
def test_a_layer_computes_what_caffe_does(case, tmp_path):
    graph = import_caffe(case.net.save(tmp_path))
    expected = [_without_end(case, array) for array in expected_of(case)]
    agree([_without_end(case, a) for a in interpret(graph, case.net.feeds()).values()], expected)
    compile_graph(graph, tmp_path / "model.so", resolve_target("host"))
    with load(tmp_path / "model.so", threads=1) as model:
        agree([_without_end(case, a) for a in model.run(case.net.feeds()).values()], expected)


def _without_end(case, array):
    """Detections best first, up to the row that ends them: OpenCV has another order, and no such row."""
    if case.operation != "DetectionOutput":
        return array
    rows = array.reshape(-1, 7)
    rows = rows[: np.argmax([*(rows[:, 2] == 0), True])]
    return rows[np.argsort(-rows[:, 2])]


def test_every_importer_has_a_case():
    untested = {importer.op_type for importer in CAFFE.importers()} - {case.operation for case in CASES}
    assert not untested


def test_every_layer_type_has_an_importer():
    imported = {importer.op_type for importer in CAFFE.importers()}
    known = {kind.name for kind in LAYERS.values()} - set(CAFFE.refused)
    assert known == imported
