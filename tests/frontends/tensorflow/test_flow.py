"""Control flow, functions and variables: what TensorFlow stored, run by the interpreter and as native code."""

import numpy as np
import pytest

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.tensorflow.flow_cases import NAMES, model_of, runs_of


def check(name, run):
    for given, wanted in runs_of(name):
        found = run(given)
        for key, value in wanted.items():
            assert (found[key].dtype, found[key].shape) == (value.dtype, value.shape)
            np.testing.assert_allclose(found[key], value, rtol=2e-6, atol=2e-6, err_msg=key)


@pytest.mark.parametrize("name", sorted({*NAMES} - {"changed"}))
def test_the_interpreter_gives_what_tensorflow_gives(name, tmp_path):
    graph = read_model(model_of(name, tmp_path))
    check(name, lambda given: interpret(graph, given))


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", sorted({*NAMES} - {"changed"}))
def test_native_code_gives_what_tensorflow_gives(name, tmp_path):
    graph = read_model(model_of(name, tmp_path))
    with load(compile_model(graph, tmp_path / "m.so", threads=1), threads=1) as native:
        check(name, native.run)


def test_a_variable_that_the_model_changes_is_refused(tmp_path):
    with pytest.raises(UnsupportedError, match=r"changes its variable 'Variable' while .* hands the state in and out"):
        read_model(model_of("changed", tmp_path))


@pytest.mark.parametrize("name", ["k", "k:0"])
def test_a_placeholder_with_a_default_can_be_fed(name, tmp_path):
    graph = read_model(model_of("v1_default", tmp_path), inputs={"x": None, name: None})
    given, wanted = runs_of("v1_default")[0]
    found = interpret(graph, {**given, "k": np.float32(6)})["out"]
    np.testing.assert_allclose(found, 2 * wanted["out"])


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("lstm", "LSTMSequence"),
        ("bidirectional", "LSTMSequence"),
        ("gru", "GRUSequence"),
        ("v1_dynamic_rnn", "LSTMSequence"),
        ("array", "TensorIterator"),
        ("v1_dynamic_gru", "GRUSequence"),
        ("gru_before", "GRUSequence"),
    ],
)
def test_a_loop_over_steps_becomes_an_operation_on_the_sequence(name, operation, tmp_path):
    graph = read_model(model_of(name, tmp_path))
    run_pipeline(graph, default_pipeline())
    kinds = [node.op.type for node in graph.order()]
    assert operation in kinds
    assert "Loop" not in kinds
