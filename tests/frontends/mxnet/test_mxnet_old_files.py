"""Files in the spelling of every generation of MXNet answer as MXNet 1.9.1 does when it upgrades them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.mxnet.old_files import GENERATIONS, LABELS, NETS, written

STORED = np.load(Path(__file__).with_name("old.npz"))


def agree(found, name, generation):
    wanted = [STORED[f"{name}/{generation.name}/{place}"] for place in range(len(found))]
    assert f"{name}/{generation.name}/{len(found)}" not in STORED.files
    for got, want in zip(found, wanted, strict=True):
        assert got.shape == want.shape
        scale = np.abs(want.astype(np.float64)).max()
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5 * scale)


def graph_of(name, generation, folder):
    net, heads = written(name, generation)
    feeds = {key: array for key, array in net.inputs.items() if key not in LABELS}
    return read_model(net.save(folder, *heads), inputs={key: array.shape for key, array in feeds.items()}), feeds


@pytest.mark.parametrize("generation", GENERATIONS, ids=[each.name for each in GENERATIONS])
@pytest.mark.parametrize("name", NETS)
def test_answers_are_those_of_mxnet(name, generation, tmp_path):
    graph, feeds = graph_of(name, generation, tmp_path)
    agree(list(interpret(graph, feeds).values()), name, generation)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("name", NETS)
def test_native_code_of_the_oldest(name, tmp_path):
    graph, feeds = graph_of(name, GENERATIONS[0], tmp_path)
    native = load(compile_model(graph, tmp_path / "m.so", threads=1), threads=1)
    agree(list(native.run(feeds).values()), name, GENERATIONS[0])


def test_generations_differ_where_a_rule_changed():
    """Before 0.9.5 the last axis meant all axes for argmax."""
    assert STORED["shapes/0.9.3/6"].shape != STORED["shapes/0.9.5/6"].shape
