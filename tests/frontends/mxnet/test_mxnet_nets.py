"""Whole nets beside MXNet, interpreted and native, with a fixed and, where they allow it, a free batch."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.mxnet.nets import NETS
from tests.frontends.mxnet.test_mxnet_cases import expected

FREE = {"insightface", "ssd", "yolo", "transformer"}
"""The tagger's states have a fixed batch."""


@pytest.mark.parametrize(
    ("name", "batch"), [(n, b) for n in NETS for b in ("fixed", "free") if b == "fixed" or n in FREE]
)
def test_answers_are_those_of_mxnet(name, batch, tmp_path):
    net, outputs = NETS[name]()
    path = net.save(tmp_path, *outputs)
    shapes = {key: (["N", *a.shape[1:]] if batch == "free" else a.shape) for key, a in net.inputs.items()}
    graph = read_model(path, inputs=shapes)
    interpreted = interpret(graph, net.inputs)
    native = load(compile_model(graph, tmp_path / "m.so", threads=1), threads=1).run(net.inputs)
    for found in (interpreted, native):
        for got, want in zip(found.values(), expected(name), strict=True):
            assert got.shape == want.shape
            np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5 * np.abs(want).max())
