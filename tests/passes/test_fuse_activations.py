"""Activations that models spell out, put together."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dldt.compiler.ops import (
    Abs,
    Add,
    Clamp,
    Divide,
    Erf,
    HardSigmoid,
    HSigmoid,
    Maximum,
    Multiply,
    Negative,
    Power,
    ReLU,
    Sigmoid,
    Subtract,
    Tanh,
)
from dldt.passes.transforms.fuse_gelu import FuseGelu
from dldt.passes.transforms.fuse_hsigmoid import FuseHSigmoid
from dldt.passes.transforms.fuse_hswish import FuseHSwish
from dldt.passes.transforms.fuse_prelu import FusePrelu
from dldt.passes.transforms.fuse_swish import FuseSwish
from tests.passes.check import declined, f32, graph_of, random, rewritten

X = f32(2, 3, 4, 4)
add, mul, sub, div = Add(), Multiply(), Subtract(), Divide()


def on(made, type_=X):
    """A builder of ``made(x)``."""
    return lambda g: made(g.parameter("x", type_))


def _shifted(x):
    return Clamp(min=0, max=6)(add(x, 3.0))


HSIGMOIDS = {
    "divide": lambda x: div(_shifted(x), 6.0),
    "multiply": lambda x: mul(_shifted(x), 1 / 6),
    "six digits": lambda x: mul(_shifted(x), 0.166667),
    "hard sigmoid": lambda x: HardSigmoid()(x, np.float32(1 / 6), np.float32(0.5)),
    "unit": lambda x: Clamp(min=0, max=1)(add(mul(x, 1 / 6), 0.5)),
    "unit, divided": lambda x: Clamp(min=0, max=1)(add(div(x, 6.0), 0.5)),
}


@pytest.mark.parametrize("name", HSIGMOIDS)
def test_hsigmoid(name):
    assert rewritten(FuseHSigmoid(), on(HSIGMOIDS[name]), count=1, tolerance=1e-5) == "HSigmoid(x)"


NO_HSIGMOID = {
    "another slope": lambda x: HardSigmoid()(x, np.float32(0.2), np.float32(0.5)),
    "another bound": lambda x: div(Clamp(min=0, max=5)(add(x, 3.0)), 6.0),
    "another shift": lambda x: div(Clamp(min=0, max=6)(add(x, 2.0)), 6.0),
    "6 / clamp": lambda x: div(x.graph.constant(np.float32(6)), _shifted(x)),
    "a shift that widens": lambda x: div(Clamp(min=0, max=6)(add(x, np.full((2, 1, 1, 1, 1), 3, np.float32))), 6.0),
}


@pytest.mark.parametrize("name", NO_HSIGMOID)
def test_no_hsigmoid(name):
    declined(FuseHSigmoid(), on(NO_HSIGMOID[name]))


HSWISHES = {
    "hsigmoid": lambda x: mul(x, HSigmoid()(x)),
    "divide": lambda x: div(mul(x, _shifted(x)), 6.0),
    "multiply": lambda x: mul(mul(_shifted(x), x), 1 / 6),
    "sixth first": lambda x: mul(mul(x, 1 / 6), _shifted(x)),
    "divided first": lambda x: mul(_shifted(x), div(x, 6.0)),
}


@pytest.mark.parametrize("name", HSWISHES)
def test_hswish(name):
    assert rewritten(FuseHSwish(), on(HSWISHES[name]), count=1) == "HSwish(x)"


def test_no_hswish_of_two_values():
    def build(g):
        x, z = g.parameter("x", X), g.parameter("z", X)
        return mul(z, HSigmoid()(x)), div(mul(z, _shifted(x)), 6.0), div(mul(x, _shifted(x)), 5.0)

    declined(FuseHSwish(), build)


def test_swish():
    assert rewritten(FuseSwish(), on(lambda x: mul(x, Sigmoid()(x))), count=1) == "Swish(x)"
    assert rewritten(FuseSwish(), on(lambda x: mul(Sigmoid()(x), x)), count=1) == "Swish(x)"
    assert rewritten(FuseSwish(), on(lambda x: mul(x, Sigmoid()(mul(x, 1.702)))), count=1) == "Swish(x, 1.702)"


def test_no_swish_of_two_values_or_with_a_beta_a_channel():
    def build(g):
        x, z = g.parameter("x", X), g.parameter("z", X)
        return mul(z, Sigmoid()(x)), mul(x, Sigmoid()(mul(x, random(3, 1, 1)))), mul(z, Sigmoid()(mul(x, 2.0)))

    declined(FuseSwish(), build)


def _erf(x, scale=0.70710678):
    return add(Erf()(mul(x, scale)), 1.0)


def _tanh(x, factor=0.044715):
    cubic = mul(Power()(x, 3.0), factor)
    return add(Tanh()(mul(add(x, cubic), math.sqrt(2 / math.pi))), 1.0)


def _tanh_by_products(x):
    cubic = mul(x, mul(x, mul(x, 0.044715)))
    return add(Tanh()(mul(add(x, cubic), 0.7978845834732056)), 1.0)


def _erfc(x, inner):
    return sub(x.graph.constant(np.float32(1)), Erf()(inner))


GELUS = {
    "half x": lambda x: mul(mul(x, 0.5), _erf(x)),
    "half last": lambda x: mul(mul(x, _erf(x)), 0.5),
    "half inside": lambda x: mul(x, mul(_erf(x), 0.5)),
    "halved by division": lambda x: mul(div(x, 2.0), _erf(x)),
    "root by division": lambda x: mul(mul(x, 0.5), add(Erf()(div(x, math.sqrt(2))), 1.0)),
    "erfc": lambda x: mul(mul(x, 0.5), _erfc(x, mul(Negative()(x), math.sqrt(0.5)))),
    "erfc of a product": lambda x: mul(mul(x, 0.5), _erfc(x, mul(x, -math.sqrt(0.5)))),
    "erfc, negated last": lambda x: mul(mul(x, 0.5), _erfc(x, Negative()(div(x, math.sqrt(2))))),
    "tanh": lambda x: mul(mul(x, 0.5), _tanh(x)),
    "tanh, half last": lambda x: mul(mul(_tanh(x), x), 0.5),
    "tanh by products": lambda x: mul(x, mul(_tanh_by_products(x), 0.5)),
}


@pytest.mark.parametrize("name", GELUS)
def test_gelu(name):
    assert rewritten(FuseGelu(), on(GELUS[name]), count=1) == "Gelu(x)"
    graph = graph_of(on(GELUS[name]))
    FuseGelu().apply(graph)
    assert graph.output_values[0].op.approximation_mode == ("tanh" if "tanh" in name else "erf")


NO_GELU = {
    "another root": lambda x: mul(mul(x, 0.5), _erf(x, 0.7)),
    "another cubic": lambda x: mul(mul(x, 0.5), _tanh(x, 0.05)),
    "no half": lambda x: mul(x, _erf(x)),
    "erfc of x": lambda x: mul(mul(x, 0.5), _erfc(x, mul(x, math.sqrt(0.5)))),
    "another value": lambda x: mul(mul(ReLU()(x), 0.5), _erf(x)),
}


@pytest.mark.parametrize("name", NO_GELU)
def test_no_gelu(name):
    declined(FuseGelu(), on(NO_GELU[name]))


SLOPE = random(1, 3, 1, 1)
PRELUS = {
    "two relus, negated slope": (lambda x: add(ReLU()(x), mul(ReLU()(Negative()(x)), -SLOPE)), "[1,3,1,1]"),
    "two relus, subtracted": (lambda x: sub(ReLU()(x), mul(ReLU()(Negative()(x)), SLOPE)), "[1,3,1,1]"),
    "two relus, minus inside": (lambda x: add(ReLU()(x), mul(Negative()(ReLU()(mul(x, -1.0))), SLOPE)), "[1,3,1,1]"),
    "absolute value": (lambda x: add(ReLU()(x), mul(sub(x, Abs()(x)), SLOPE * np.float32(0.5))), "[1,3,1,1]"),
    "absolute value, half last": (lambda x: add(ReLU()(x), mul(mul(sub(x, Abs()(x)), SLOPE), 0.5)), "[1,3,1,1]"),
    "maximum": (lambda x: Maximum()(x, mul(x, 0.1)), "[1]"),
    "maximum, a slope a channel": (lambda x: Maximum()(mul(x, np.abs(SLOPE) / 4), x), "[1,3,1,1]"),
}


@pytest.mark.parametrize("name", PRELUS)
def test_prelu(name):
    made, slope = PRELUS[name]
    assert rewritten(FusePrelu(), on(made), count=1) == f"PReLU(x, {slope})"


NO_PRELU = {
    "steep maximum": lambda x: Maximum()(x, mul(x, 1.5)),
    "negative maximum": lambda x: Maximum()(x, mul(x, -0.5)),
    "a slope a column": lambda x: Maximum()(x, mul(x, random(4, low=0, high=1))),
    "another value": lambda x: sub(ReLU()(x), mul(ReLU()(Negative()(Sigmoid()(x))), SLOPE)),
}


@pytest.mark.parametrize("name", NO_PRELU)
def test_no_prelu(name):
    declined(FusePrelu(), on(NO_PRELU[name]))
