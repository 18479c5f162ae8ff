"""Whole detection networks, for pictures of two sizes: what TensorFlow stored, the interpreter and native code."""

import numpy as np
import pytest

from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.tensorflow.detection_cases import NAMES, model_of, runs_of


def check(name, run):
    for given, wanted in runs_of(name):
        found = run(given)
        assert set(found) == set(wanted)
        for key, value in wanted.items():
            assert (found[key].dtype, found[key].shape) == (value.dtype, value.shape)
            np.testing.assert_allclose(found[key], value, rtol=2e-5, atol=2e-5, err_msg=key)


@pytest.mark.parametrize("name", NAMES)
def test_the_interpreter_gives_what_tensorflow_gives(name, tmp_path):
    graph = read_model(model_of(name, tmp_path))
    check(name, lambda given: interpret(graph, given))


@pytest.mark.one_in(12)
@pytest.mark.parametrize("name", NAMES)
def test_native_code_gives_what_tensorflow_gives(name, tmp_path):
    graph = read_model(model_of(name, tmp_path))
    with load(compile_model(graph, tmp_path / "m.so", threads=1), threads=1) as native:
        check(name, native.run)
