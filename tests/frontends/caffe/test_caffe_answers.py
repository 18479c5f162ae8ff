"""Nets of stock layers with settings that are seldom used answer as Caffe itself, interpreted and as native code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dldt.codegen.target import TARGETS
from dldt.compiler.interpret import interpret
from dldt.frontends.caffe.importer import import_caffe
from tests.codegen.native import run_native
from tests.frontends.caffe.answer_nets import NETS

STORED = np.load(Path(__file__).with_name("answers.npz"))


def agree(found, name):
    wanted = {key.partition("/")[2]: STORED[key] for key in STORED.files if key.startswith(f"{name}/")}
    assert sorted(found) == sorted(wanted)
    for blob, array in wanted.items():
        assert found[blob].shape == array.shape
        np.testing.assert_allclose(found[blob], array, rtol=1e-5, atol=1e-5 * max(np.abs(array).max(), 1e-3))


@pytest.mark.parametrize("name", NETS)
def test_a_net_answers_as_caffe(name, tmp_path):
    net = NETS[name]
    agree(interpret(import_caffe(net.save(tmp_path)), net.feeds()), name)


@pytest.mark.one_in(6)
@pytest.mark.parametrize("name", NETS)
def test_native_code_answers_as_caffe(name, tmp_path):
    net = NETS[name]
    agree(run_native(import_caffe(net.save(tmp_path)), net.feeds(), TARGETS["x86-64-v3"], tmp_path), name)
