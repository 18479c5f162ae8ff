"""LSTM, GRU and RNN against onnxruntime: imported, and compiled."""

from __future__ import annotations

import numpy as np
import pytest
from onnx.reference import ReferenceEvaluator

import dldt
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.frontends.onnx.importer import import_onnx
from dldt.runtime import load
from tests.frontends.onnx_node import check, feeds_of, model_of, reference, save

STEPS, BATCH, INPUT, SIZE = 6, 3, 5, 20
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def rand(*shape, seed):
    return np.random.default_rng((seed, *shape)).standard_normal(shape).astype(np.float32) * 0.5


def inputs_of(kind, directions=1, *, bias=True, lengths=None, states=True, batch_first=False):
    gates = GATES[kind] * SIZE
    start = (BATCH, directions, SIZE) if batch_first else (directions, BATCH, SIZE)
    made = [
        rand(*((BATCH, STEPS) if batch_first else (STEPS, BATCH)), INPUT, seed=0),
        rand(directions, gates, INPUT, seed=1),
        rand(directions, gates, SIZE, seed=2),
        rand(directions, 2 * gates, seed=3) if bias else None,
        None if lengths is None else np.array(lengths, np.int32),
    ]
    if states:
        made += [rand(*start, seed=4 + k) for k in range(2 if kind == "LSTM" else 1)]
    while made[-1] is None:
        made.pop()
    return made


CASES = {
    "plain": ({}, {}),
    "bare": ({"bias": False, "states": False}, {}),
    "reverse": ({}, {"direction": "reverse"}),
    "both": ({"directions": 2}, {"direction": "bidirectional"}),
    "lengths": ({"directions": 2, "lengths": [6, 2, 4]}, {"direction": "bidirectional"}),
    "clip": ({}, {"clip": 0.3}),
}


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("opset", [7, 14, 22])
def test_layers(kind, name, opset, tmp_path):
    given, attributes = CASES[name]
    inputs = inputs_of(kind, **given)
    model = model_of(kind, inputs, opset, (1, 2, 3), 3 if kind == "LSTM" else 2, hidden_size=SIZE, **attributes)
    check(model, inputs, tmp_path)


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("name", CASES)
def test_compiled(kind, name, tmp_path):
    given, attributes = CASES[name]
    inputs = inputs_of(kind, **given)
    model = model_of(kind, inputs, 14, (1, 2, 3), 3 if kind == "LSTM" else 2, hidden_size=SIZE, **attributes)
    compiled(model, inputs, tmp_path)


@pytest.mark.parametrize("compile_it", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_reset_behind_the_product(name, compile_it, tmp_path):
    given, attributes = CASES[name]
    inputs = inputs_of("GRU", **given)
    model = model_of("GRU", inputs, 14, (1, 2, 3), 2, hidden_size=SIZE, linear_before_reset=1, **attributes)
    (compiled if compile_it else check)(model, inputs, tmp_path)


ACTIVATIONS = {
    "Affine": ((0.7,), (0.2,)),
    "Elu": ((0.5,), ()),
    "HardSigmoid": ((0.3,), (0.4,)),
    "LeakyRelu": ((0.2,), ()),
    "Relu": ((), ()),
    "ScaledTanh": ((0.8,), (0.9,)),
    "Softplus": ((), ()),
    "Softsign": ((), ()),
    "ThresholdedRelu": ((0.1,), ()),
}


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation(name, given, tmp_path):
    """In one direction; the other one has its own. Numbers that are not given are ONNX's."""
    if not given and name in ("Affine", "ScaledTanh", "ThresholdedRelu"):
        pytest.skip("onnxruntime takes 0 here, and in an LSTM the numbers of ours")
    attributes = {"direction": "bidirectional", "activations": ["Tanh", name]}
    for key, numbers in zip(("activation_alpha", "activation_beta"), ACTIVATIONS[name], strict=True):
        attributes |= {key: list(numbers)} if given and numbers else {}
    inputs = inputs_of("RNN", 2, lengths=[6, 2, 4])
    model = model_of("RNN", inputs, 14, (1, 2, 3), 2, hidden_size=SIZE, **attributes)
    compiled(model, inputs, tmp_path)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_activations_of_gates(kind, tmp_path):
    """Each takes the next number; two directions with the same ones stay one layer."""
    names, alphas = ["HardSigmoid", "LeakyRelu", "Elu"], [0.3, 0.2, 0.9]
    count = 3 if kind == "LSTM" else 2
    for second in (alphas[:count], [0.25, 0.1, 0.4][:count]):
        inputs = inputs_of(kind, 2)
        attributes = {"activations": names[:count] * 2, "activation_alpha": alphas[:count] + second}
        attributes |= {"activation_beta": [0.4, 0.6], "direction": "bidirectional"}
        compiled(model_of(kind, inputs, 14, (1, 2, 3), count, hidden_size=SIZE, **attributes), inputs, tmp_path)


def compiled(model, inputs, folder):
    feeds = feeds_of(model, inputs)
    artifact = dldt.compile_model(save(model, folder), folder / "model.so")
    with load(artifact) as loaded:
        got = loaded.run(feeds)
    for info, wanted in zip(model.graph.output, reference(model, feeds), strict=True):
        np.testing.assert_allclose(got[info.name], wanted, rtol=2e-6, atol=3e-6)


def test_free_dims(tmp_path):
    """Batch and steps are known only when the model runs."""
    inputs = inputs_of("LSTM", states=False)
    model = model_of("LSTM", inputs, 14, (1, 2, 3), 3, hidden_size=SIZE)
    for dim, name in zip(model.graph.input[0].type.tensor_type.shape.dim, ("T", "N"), strict=False):
        dim.dim_param = name
    artifact = dldt.compile_model(save(model, tmp_path), tmp_path / "model.so")
    with load(artifact) as loaded:
        for steps, batch in ((1, 1), (6, 3), (2, 5)):
            feeds = {"x0": rand(steps, batch, INPUT, seed=9)}
            got = loaded.run(feeds)
            for info, wanted in zip(model.graph.output, reference(model, feeds), strict=True):
                np.testing.assert_allclose(got[info.name], wanted, atol=2e-6)


@pytest.mark.parametrize("kind", GATES)
def test_the_batch_first_and_nothing_at_all(kind, tmp_path):
    """Beside ONNX's own definition; without a step the last states are the first ones."""
    weights = inputs_of(kind, states=False)[1:4]
    model = model_of(kind, [rand(2, 4, INPUT, seed=0), *weights], 14, (1, 2, 3), 2, hidden_size=SIZE, layout=1)
    for dim, name in zip(model.graph.input[0].type.tensor_type.shape.dim, ("N", "T"), strict=False):
        dim.dim_param = name
    artifact = dldt.compile_model(save(model, tmp_path), tmp_path / "model.so")
    defined = ReferenceEvaluator(model)
    with load(artifact, threads=2) as loaded:
        for batch, steps in ((2, 4), (1, 1), (2, 0), (0, 3)):
            feed = {"x0": rand(batch, steps, INPUT, seed=5)}
            made = list(loaded.run(feed).values())
            if batch and steps:
                for array, wanted in zip(made, defined.run(None, feed), strict=True):
                    np.testing.assert_allclose(array, wanted, atol=3e-6)
            else:
                assert made[0].shape == (batch, steps, 1, SIZE)
                np.testing.assert_array_equal(made[1], np.zeros((batch, 1, SIZE)))


REFUSED = [
    ({"activations": ["Sigmoid", "Swish", "Tanh"]}, UnsupportedError, "activation 'swish' of LSTM is not one of"),
    ({"hidden_size": 7}, InputError, "hidden_size is 7, but the last dim of R is 20"),
    ({"activations": ["Sigmoid", "Tanh"]}, InputError, "2 activations are given, 3 for each direction are needed"),
]


@pytest.mark.parametrize(("attributes", "error", "message"), REFUSED)
def test_refused(attributes, error, message, tmp_path):
    directions = 2 if attributes.get("direction") == "bidirectional" else 1
    inputs = inputs_of("LSTM", directions)
    model = model_of("LSTM", inputs, 14, (1, 2, 3), 1, **{"hidden_size": SIZE, **attributes})
    with pytest.raises(error, match=message):
        import_onnx(save(model, tmp_path))


@pytest.mark.parametrize("more", [{}, {"input_forget": 1}, {"clip": 0.3}], ids=str)
@pytest.mark.parametrize("lengths", [None, [6, 2, 4]], ids=str)
def test_peepholes(lengths, more, tmp_path):
    inputs = [*inputs_of("LSTM", 2, lengths=lengths), rand(2, 3 * SIZE, seed=8)]
    given = {"hidden_size": SIZE, "direction": "bidirectional", **more}
    check(model_of("LSTM", inputs, 14, (1, 2, 3, 7), 3, **given), inputs, tmp_path)
