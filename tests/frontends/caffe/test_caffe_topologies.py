"""Whole nets, narrow ones of full depth, agree with OpenCV's importer blob by blob, and native code at the ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.compiler.interpret import interpret
from dldt.frontends.caffe.importer import import_caffe
from dldt.runtime import load
from tests.frontends.caffe.topologies import NARROW, TOPOLOGIES

STORED = np.load(Path(__file__).with_name("opencv_topologies.npz"))
LIMIT = 1e-4
SAMPLES = 24


def agree(blob, found, stored):
    """The whole blob or, where samples are stored, those and the largest absolute value."""
    if stored.ndim == 1 and stored.size == SAMPLES + 1:
        flat = found.ravel()
        places = np.random.default_rng(flat.size).integers(0, flat.size, SAMPLES)
        found = np.append(flat[places], np.abs(flat).max())
    if blob == "detection_out":
        found, stored = (rows[rows[:, 2] > 0] for rows in (found.reshape(-1, 7), stored.reshape(-1, 7)))
        apart = np.abs(found[:, None] - stored[None]).max(2)  # each is there, in whatever order equal scores have
        assert len(found) == len(stored)
        assert max(apart.min(0).max(), apart.min(1).max()) <= LIMIT
        return
    rows = min(len(found), len(stored))  # of regions OpenCV has as many as there are, we the most there may be
    assert rows == len(stored)
    assert np.abs(found[:rows] - stored).max() <= LIMIT * np.abs(stored).max(), blob


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_every_blob_is_opencvs(name, tmp_path):
    builder = TOPOLOGIES[name](**NARROW[name])
    net = builder.net()
    path = net.save(tmp_path)
    blobs = list(builder.writers)
    found = interpret(import_caffe(path, outputs=blobs), net.feeds())
    for blob in blobs:
        agree(blob, found[blob], STORED[f"{name}/{blob}"])


@pytest.mark.parametrize("name", ["alexnet", "resnet50", "fcn8s", "faster_rcnn_zf", "mobilenet_ssd", "yolo"])
def test_native_code_answers_as_opencv(name, tmp_path):
    builder = TOPOLOGIES[name](**NARROW[name])
    net = builder.net()
    compile_graph(import_caffe(net.save(tmp_path)), tmp_path / "net.so", resolve_target("host"))
    with load(tmp_path / "net.so", threads=2) as model:
        for blob, array in model.run(net.feeds()).items():
            agree(blob, array, STORED[f"{name}/{blob}"])
