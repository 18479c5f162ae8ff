"""Models of TensorFlow in memory, where TensorFlow is installed."""

import sys

import numpy as np
import pytest

from dldt.compiler.errors import UsageError
from dldt.compiler.interpret import interpret
from dldt.tools.api import read_model


@pytest.fixture
def tf():
    return pytest.importorskip("tensorflow")


def answers(graph, feeds, wanted):
    for array, value in zip(wanted, interpret(graph, feeds).values(), strict=True):
        np.testing.assert_allclose(value, array, rtol=1e-5, atol=1e-6)


def test_a_keras_model(tf):
    data = tf.keras.Input((4,), name="data")
    hidden = tf.keras.layers.Dense(3, activation="tanh")(data)
    model = tf.keras.Model(data, [hidden, tf.keras.layers.Dense(2)(hidden)])
    x = np.linspace(-1, 1, 8, dtype=np.float32).reshape(2, 4)
    answers(read_model(model), {"data": x}, [y.numpy() for y in model(x)])


def test_functions(tf):
    weights = tf.Variable(np.arange(6, dtype=np.float32).reshape(3, 2))
    function = tf.function(lambda q: {"z": q @ weights}, input_signature=[tf.TensorSpec((None, 3), name="q")])
    x = np.ones((2, 3), np.float32)
    wanted = [x @ weights.numpy()]
    answers(read_model(function), {"q": x}, wanted)
    answers(read_model(function.get_concrete_function()), {"q": x}, wanted)
    with pytest.raises(UsageError, match=r"the tf\.function has not one signature; give what its get_concrete_func"):
        read_model(tf.function(lambda q: q + 1.0))


def test_a_loaded_model_is_asked_for_its_signature(tf, tmp_path):
    module = tf.Module()
    module.twice = tf.function(lambda q: q * 2.0, input_signature=[tf.TensorSpec((3,), name="q")])
    tf.saved_model.save(module, tmp_path, signatures={"twice": module.twice})
    loaded = tf.saved_model.load(tmp_path)
    with pytest.raises(UsageError, match=r"give one of its signatures: 'twice'"):
        read_model(loaded)
    x = np.ones(3, np.float32)
    answers(read_model(loaded.signatures["twice"]), {"q": x}, [2 * x])


def test_no_object_of_tensorflow(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(UsageError, match=r"a model is a path, or an object of TensorFlow: builtins\.int is given"):
        read_model(3)
