from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto

from tests.frontends.onnx_node import check, model_of

RNG = np.random.default_rng(7)
X = RNG.standard_normal((2, 3, 4)).astype(np.float32)
Y = RNG.standard_normal((3, 1)).astype(np.float32)
UNIT = RNG.uniform(-0.9, 0.9, (2, 5)).astype(np.float32)
ABOVE = RNG.uniform(1.1, 3, (2, 5)).astype(np.float32)
INTS = np.array([[-7, 7, -8, 8, 5]], np.int64)
DIVISORS = np.array([[3, -3, 3, -3, 5]], np.int64)
BITS = np.array([True, False, True, False])
OTHER = np.array([True, True, False, False])

UNARY = [
    ("Abs", 6, X),
    ("Abs", 13, INTS),
    ("Ceil", 13, X * 3),
    ("Floor", 13, X * 3),
    ("Round", 11, np.array([0.5, 1.5, -0.5, 2.4, -2.6], np.float32)),
    ("Neg", 13, X),
    ("Sign", 13, np.array([-2, 0, 3], np.float32)),
    ("Sqrt", 13, ABOVE),
    ("Reciprocal", 13, ABOVE),
    ("Exp", 13, X),
    ("Log", 13, ABOVE),
    ("Erf", 13, X),
    ("Sigmoid", 13, X),
    ("Tanh", 13, X),
    ("Relu", 14, X),
    ("Softplus", 1, X * 10),
    ("Softsign", 1, X),
    ("HardSwish", 14, X * 4),
    ("Mish", 18, X),
    ("Sin", 7, X),
    ("Cos", 7, X),
    ("Tan", 7, UNIT),
    ("Asin", 7, UNIT),
    ("Acos", 7, UNIT),
    ("Atan", 7, X),
    ("Sinh", 9, X),
    ("Cosh", 9, X),
    ("Asinh", 9, X),
    ("Acosh", 9, ABOVE),
    ("Atanh", 9, UNIT),
    ("Not", 1, BITS),
    ("IsNaN", 13, np.array([1, np.nan, np.inf], np.float32)),
    ("Identity", 16, X),
]


@pytest.mark.parametrize(("op_type", "opset", "x"), UNARY, ids=[f"{o}_{v}_{x.dtype}" for o, v, x in UNARY])
def test_one_input(op_type, opset, x, tmp_path):
    check(model_of(op_type, [x], opset), [x], tmp_path)


BINARY = [
    *((name, 14, X, Y) for name in ("Add", "Sub", "Mul", "Div")),
    ("Add", 7, X, Y),
    ("Div", 14, INTS, DIVISORS),
    ("Equal", 13, INTS, DIVISORS),
    ("Equal", 19, BITS, OTHER),
    ("Greater", 13, X, Y),
    ("GreaterOrEqual", 16, INTS, DIVISORS),
    ("Less", 13, X, Y),
    ("LessOrEqual", 12, X, Y),
    ("And", 7, BITS, OTHER),
    ("Or", 7, BITS, OTHER),
    ("Xor", 7, BITS, OTHER),
    ("Mod", 13, INTS, DIVISORS),
    ("Pow", 7, ABOVE, UNIT),
    ("Pow", 13, X, np.array(2, np.int64)),
    ("Pow", 13, np.array([1, 2, 3], np.int64), np.array(2.0, np.float32)),
    ("PRelu", 16, X, np.array([0.25], np.float32)),
    ("PRelu", 16, X, np.array([[0.1], [0.2], [0.3]], np.float32)),
    ("PRelu", 9, X, np.array([0.1, 0.2, 0.3, 0.4], np.float32)),
    ("PRelu", 9, X[:, :, :3], np.array([0.1, 0.2, 0.3], np.float32)),
]


@pytest.mark.parametrize(
    ("op_type", "opset", "a", "b"), BINARY, ids=[f"{o}_{v}_{a.dtype}_{b.shape}" for o, v, a, b in BINARY]
)
@pytest.mark.parametrize("constants", [(), (1,)], ids=["input", "constant"])
def test_two_inputs(op_type, opset, a, b, constants, tmp_path):
    check(model_of(op_type, [a, b], opset, constants), [a, b], tmp_path)


WITH_ATTRIBUTES = [
    ("LeakyRelu", 16, X, {"alpha": 0.3}),
    ("LeakyRelu", 6, X, {}),
    ("Elu", 6, X, {"alpha": 0.7}),
    ("Celu", 12, X, {"alpha": 0.7}),
    ("Selu", 6, X, {"alpha": 1.5, "gamma": 1.1}),
    ("HardSigmoid", 6, X * 4, {}),
    ("HardSigmoid", 6, X * 4, {"alpha": 1 / 6, "beta": 0.5}),
    ("Gelu", 20, X, {}),
    ("Gelu", 20, X, {"approximate": "tanh"}),
    ("ThresholdedRelu", 10, X, {"alpha": 0.5}),
    ("Shrink", 9, X, {"bias": 0.2, "lambd": 0.4}),
    ("Clip", 6, X, {"min": -0.5, "max": 0.5}),
    ("Clip", 6, X, {"min": 0.0}),
    ("Cast", 13, X * 5, {"to": TensorProto.INT32}),
    ("Cast", 9, INTS, {"to": TensorProto.FLOAT}),
    ("Cast", 13, X, {"to": TensorProto.BOOL}),
    ("Cast", 13, X, {"to": TensorProto.FLOAT16}),
    ("Cast", 19, X, {"to": TensorProto.FLOAT, "saturate": 1}),
    ("IsInf", 20, np.array([1, np.inf, -np.inf], np.float32), {"detect_negative": 0}),
]


@pytest.mark.parametrize(
    ("op_type", "opset", "x", "attributes"),
    WITH_ATTRIBUTES,
    ids=[f"{o}_{v}_{'_'.join(map(str, a.values()))}" for o, v, _, a in WITH_ATTRIBUTES],
)
def test_one_input_and_attributes(op_type, opset, x, attributes, tmp_path):
    check(model_of(op_type, [x], opset, **attributes), [x], tmp_path)


@pytest.mark.parametrize("constants", [(), (1, 2)], ids=["inputs", "constants"])
@pytest.mark.parametrize(("low", "high"), [(-0.5, 0.5), (None, 0.25), (0.0, None), (None, None), (0.75, 0.25)], ids=str)
def test_clip_with_bounds_as_inputs(low, high, constants, tmp_path):
    bounds = [None if b is None else np.array(b, np.float32) for b in (low, high)]
    while bounds and bounds[-1] is None:
        bounds.pop()
    inputs = [X, *bounds]
    check(model_of("Clip", inputs, 13, tuple(c for c in constants if c < len(inputs))), inputs, tmp_path)


def test_clip_takes_the_largest_number_for_a_bound_that_is_left_out(tmp_path):
    x = np.array([np.inf, -np.inf, 1], np.float32)
    inputs = [x, np.array(0, np.float32)]
    check(model_of("Clip", inputs, 13, (1,)), inputs, tmp_path)


def test_clip_of_integers(tmp_path):
    inputs = [np.array([-5, 5, 50], np.int64), np.array(0, np.int64), np.array(2**40, np.int64)]
    check(model_of("Clip", inputs, 13, (1, 2)), inputs, tmp_path)


@pytest.mark.parametrize("fmod", [0, 1])
def test_mod_of_integers_and_floats(fmod, tmp_path):
    check(model_of("Mod", [INTS, DIVISORS], 13, fmod=fmod), [INTS, DIVISORS], tmp_path)
    if fmod:
        check(model_of("Mod", [X, Y + 3], 13, fmod=1), [X, Y + 3], tmp_path)


@pytest.mark.parametrize("op_type", ["Max", "Min", "Sum", "Mean"])
@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_inputs(op_type, count, tmp_path):
    inputs = [X, Y, RNG.standard_normal(4).astype(np.float32)][:count]
    check(model_of(op_type, inputs, 13), inputs, tmp_path)


@pytest.mark.parametrize(("opset", "axis"), [(7, 0), (7, 1), (11, -1), (13, 0), (13, -2)])
def test_concat(opset, axis, tmp_path):
    inputs = [X, X[:, :, ::-1].copy(), X + 1]
    check(model_of("Concat", inputs, opset, axis=axis), inputs, tmp_path)


def test_where(tmp_path):
    inputs = [np.array([[True], [False], [True]]), X, Y]
    check(model_of("Where", inputs, 16), inputs, tmp_path)


def test_cast_like(tmp_path):
    inputs = [X * 3, np.zeros(1, np.int32)]
    check(model_of("CastLike", inputs, 15), inputs, tmp_path)


def test_dropout_passes_its_input_on_and_keeps_everything(tmp_path):
    check(model_of("Dropout", [X], 7, ratio=0.3), [X], tmp_path)
    check(model_of("Dropout", [X], 13, outputs=2), [X], tmp_path)
