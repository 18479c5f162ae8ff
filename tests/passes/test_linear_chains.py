"""BatchNorm and other products and sums of constants: one product and one sum."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.ops import (
    Add,
    BatchNormInference,
    Exp,
    Multiply,
    PReLU,
    ReLU,
)
from dldt.compiler.types import DType, TensorType
from dldt.passes.transforms.decompose_batch_norm import DecomposeBatchNorm
from dldt.passes.transforms.fuse_linear import FuseLinear
from dldt.passes.transforms.shape_channel_constants import ShapeChannelConstants
from tests.passes.check import declined, f32, graph_of, random, rewritten

X = f32(2, 4, 6, 6)
C4 = np.array([1.5, -2, 0.5, 3], np.float32).reshape(1, 4, 1, 1)


# ---- BatchNorm


def _batch_norm(x, count, epsilon=1e-3):
    gamma, beta, mean = random(count), random(count, seed=1), random(count, seed=2)
    variance = random(count, seed=3, low=0.1, high=2)
    return BatchNormInference(epsilon=epsilon)(x, gamma, beta, mean, variance)


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((2, 4, 5, 5), "Add(Multiply(x, [1,4,1,1]), [1,4,1,1])"),
        ((2, 4), "Add(Multiply(x, [4]), [4])"),
        ((2, 4, 7), "Add(Multiply(x, [1,4,1]), [1,4,1])"),
    ],
)
def test_batch_norm_is_a_product_and_a_sum(shape, wanted):
    assert rewritten(DecomposeBatchNorm(), lambda g: _batch_norm(g.parameter("x", f32(*shape)), 4), count=1) == wanted


def test_batch_norm_against_numbers_by_hand():
    def build(g):
        constants = (np.float32([v]) for v in (3, 5, 2, 15))
        return BatchNormInference(epsilon=1.0)(g.parameter("x", f32(1, 1)), *constants)

    graph = graph_of(build)
    DecomposeBatchNorm().apply(graph)
    shift = graph.output_values[0].inputs[1].constant
    scale = graph.output_values[0].inputs[0].inputs[1].constant
    assert scale.item() == 0.75
    assert shift.item() == 3.5


def test_batch_norm_with_computed_statistics():
    def build(g):
        x = g.parameter("x", f32(2, 4, 5, 5))
        gamma, beta, mean = (g.parameter(n, f32(4)) for n in ("gamma", "beta", "mean"))
        return BatchNormInference(epsilon=1e-3)(x, gamma, beta, mean, g.constant(random(4, low=0.1)))

    assert "BatchNorm" not in rewritten(DecomposeBatchNorm(), build, count=1)


# ---- linear chains

CHAINS = {
    "products": (lambda x: Multiply()(Multiply()(x, C4), C4 + 1), "Multiply(x, [1,4,1,1])"),
    "sums": (lambda x: Add()(Add()(x, C4), 3.0), "Add(x, [1,4,1,1])"),
    "sum then product": (
        lambda x: Multiply()(Add()(Exp()(x), 2.0), C4),
        "Add(Multiply(Exp(x), [1,4,1,1]), [1,4,1,1])",
    ),
    "four": (
        lambda x: Add()(Multiply()(Add()(Multiply()(x, C4), 1.0), C4), 3.0),
        "Add(Multiply(x, [1,4,1,1]), [1,4,1,1])",
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_is_one_product_and_one_sum(name):
    made, wanted = CHAINS[name]
    assert rewritten(FuseLinear(), lambda g: made(g.parameter("x", X))) == wanted


def test_a_chain_whose_constant_would_grow_stays():
    def build(g):
        return Add()(Add()(g.parameter("x", f32(2, 4, 6)), random(4, 1)), random(6))

    declined(FuseLinear(), build)


def test_a_chain_of_integers_stays():
    declined(FuseLinear(), lambda g: Add()(Add()(g.parameter("x", TensorType(DType.i32, (4,))), 1), 2))


def test_a_chain_with_a_reader_in_the_middle_stays():
    def build(g):
        inner = Add()(g.parameter("x", X), 1.0)
        return Add()(inner, 2.0), ReLU()(inner)

    declined(FuseLinear(), build)


@pytest.mark.parametrize(
    ("data", "constant", "wanted"),
    [
        ((2, 4, 6, 6), (4, 1, 1), "Add(x, [1,4,1,1])"),
        ((2, 4), (1, 4), "Add(x, [4])"),
        ((2, 3, 4), (1, 1, 4), "Add(x, [4])"),
    ],
)
def test_channel_constants_have_one_shape(data, constant, wanted):
    def build(g):
        return Add()(g.parameter("x", f32(*data)), random(*constant))

    assert rewritten(ShapeChannelConstants(), build, count=1) == wanted


@pytest.mark.parametrize(
    ("data", "slope", "wanted"),
    [
        ((2, 4, 5), (4,), "[1,4,1]"),
        ((2, 4, 5, 5), (4, 1, 1), "[1,4,1,1]"),
        ((2, 4), (4,), "[1,4]"),
        ((2, 4), (1, 1), "[1]"),
    ],
)
def test_slopes_have_one_shape(data, slope, wanted):
    def build(g):
        return PReLU()(g.parameter("x", f32(*data)), random(*slope))

    assert rewritten(ShapeChannelConstants(), build, count=1) == f"PReLU(x, {wanted})"


def test_one_number_is_a_scalar():
    def build(g):
        return Multiply()(g.parameter("x", X), np.full((1, 1, 1), 0.5, np.float32))

    assert rewritten(ShapeChannelConstants(), build, count=1) == "Multiply(x, 0.5)"
