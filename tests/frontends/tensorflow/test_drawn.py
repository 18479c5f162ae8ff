"""Random numbers that are not TensorFlow's one by one have its distribution, and are those of the run before."""

from __future__ import annotations

import numpy as np

from dldt.compiler.interpret import interpret
from dldt.frontends.engine.import_model import import_model
from tests.frontends.tensorflow.case import record
from tests.frontends.tensorflow.cases.data import F32, Case, fixed, one


def drawn(op, *inputs, **attributes):
    """The answer of a model of one node, the same twice."""
    model, feeds = record([Case(op, inputs, attributes)])
    graph = import_model(model)
    first, second = (interpret(graph, feeds)["c0"] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    return first


def test_truncated_normal():
    for found in (
        drawn("TruncatedNormal", fixed(40, 50), seed=3, seed2=4, dtype=F32),
        drawn("StatelessTruncatedNormal", fixed(40, 50), fixed(3, 4)),
    ):
        assert found.shape == (40, 50)
        assert np.abs(found).max() < 2
        assert abs(found.mean()) < 0.06
        assert abs(found.std() - 0.8796) < 0.04  # of a normal distribution cut at two deviations


def test_multinomial():
    odds = np.log(np.float32([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]]))
    for found in (
        drawn("Multinomial", odds, one(4000), seed=3, seed2=4),
        drawn("StatelessMultinomial", odds, one(4000), fixed(3, 4)),
    ):
        shares = np.stack([(found == kind).mean(1) for kind in range(3)], 1)
        np.testing.assert_allclose(shares, np.exp(odds), atol=0.03)


def test_nodes_without_seeds_differ():
    model, feeds = record([Case("RandomUniform", (fixed(50),), {"dtype": F32})] * 2)
    found = interpret(import_model(model), feeds)
    assert np.unique(np.concatenate([found["c0"], found["c1"]])).size > 90
