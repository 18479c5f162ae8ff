"""Quantised networks: scales move behind contractions, bytes stay bytes."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.interpret import interpret
from dldt.compiler.ops import (
    Add,
    Clamp,
    Concat,
    Convert,
    Convolution,
    Divide,
    FakeQuantize,
    GroupConvolution,
    MatMul,
    MaxPool,
    Multiply,
    ReLU,
    Reshape,
    Round,
    Subtract,
    Transpose,
)
from dldt.compiler.types import DType, TensorType
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from dldt.passes.quantization import quantization, rounded_to_bytes, scaled_bytes, scaled_constant
from dldt.passes.transforms.decompose_fake_quantize import DecomposeFakeQuantize
from dldt.passes.transforms.drop_clamp_before_rounding import DropClampBeforeRounding
from dldt.passes.transforms.fuse_requantization import FuseRequantization
from dldt.passes.transforms.move_bytes import MoveBytes
from dldt.passes.transforms.sink_dequantization import SinkDequantization
from tests.passes.check import declined, graph_of, random_inputs

ONE, NONE = (1, 1), (0, 0)
RNG = np.random.default_rng(3)
F32 = np.float32


def applied(rewrite, build, tolerance=1e-5):
    """The graph after a rewrite that applied, and that kept the output."""
    graph = graph_of(build)
    feeds = random_inputs(graph)
    before = interpret(graph, feeds)["y0"]
    assert rewrite.apply(graph)
    graph.prune()
    np.testing.assert_allclose(interpret(graph, feeds)["y0"], before, rtol=tolerance, atol=tolerance)
    return graph


def of_bytes(shape, dtype=DType.u8):
    return TensorType(dtype, shape)


def scaled(x, scale=0.03, zero=7):
    """Bytes, less their zero point, times their scale."""
    wide = Convert(DType.f32)(x)
    return Multiply()(Subtract()(wide, np.asarray(zero, F32)) if zero else wide, np.asarray(scale, F32))


def weights(graph, shape, scale, dtype=np.int8):
    """Constant bytes, scaled."""
    limits = np.iinfo(dtype)
    array = graph.constant(RNG.integers(limits.min, limits.max, shape).astype(dtype))
    return Multiply()(Convert(DType.f32)(array), scale)


def parameter(graph, shape=(2, 6, 5, 4), dtype=DType.u8, name="x"):
    return graph.parameter(name, of_bytes(shape, dtype))


EACH = RNG.uniform(0.01, 0.1, (8, 1, 1, 1)).astype(F32)
SINKS = {
    "one scale": lambda g: Convolution(ONE, ONE, ONE, ONE)(
        scaled(parameter(g)), weights(g, (8, 6, 3, 3), np.asarray(0.02, F32))
    ),
    "a scale a channel": lambda g: Convolution(ONE, NONE, NONE, ONE)(
        scaled(parameter(g)), weights(g, (8, 6, 1, 1), EACH)
    ),
    "groups": lambda g: GroupConvolution(ONE, NONE, NONE, ONE)(
        scaled(parameter(g)), Reshape()(weights(g, (8, 3, 3, 3), EACH), np.array([2, 4, 3, 3, 3]))
    ),
    "matmul": lambda g: MatMul()(scaled(parameter(g, (5, 9))), weights(g, (9, 8), EACH.reshape(1, 8))),
    "matmul, transposed": lambda g: MatMul()(
        scaled(parameter(g, (5, 9))), Transpose()(weights(g, (8, 9), EACH.reshape(8, 1)), np.array([1, 0]))
    ),
    "computed": lambda g: MatMul()(scaled(parameter(g, (5, 9))), scaled(parameter(g, (9, 3), DType.i8, "y"), 0.2, 0)),
    "levels": lambda g: MatMul()(
        scaled(parameter(g, (5, 9))),
        FakeQuantize(255)(g.constant(RNG.standard_normal((9, 4)).astype(F32)), *map(F32, (-2.54, 2.54, -2.54, 2.54))),
    ),
}


@pytest.mark.parametrize("name", SINKS)
def test_scales_sink_behind_contractions(name):
    found = applied(SinkDequantization(), SINKS[name])
    last = found.outputs[0].inputs[0]
    assert isinstance(last.op, Multiply)
    contraction = last.node.inputs[0]
    w = contraction.node.inputs[1].constant
    assert w is None or np.array_equal(w, np.rint(w))


NOT_SUNK = {
    "floats": lambda g: MatMul()(g.parameter("x", TensorType(DType.f32, (5, 9))), weights(g, (9, 8), F32(0.1))),
    "weights of floats": lambda g: MatMul()(scaled(parameter(g, (5, 9))), np.full((9, 8), 0.3, F32)),
    "a scale an input": lambda g: MatMul()(
        scaled(parameter(g, (5, 9))), weights(g, (9, 8), RNG.uniform(0.1, 1, (9, 1)).astype(F32))
    ),
}


@pytest.mark.parametrize("name", NOT_SUNK)
def test_scales_that_do_not_sink(name):
    declined(SinkDequantization(), NOT_SUNK[name])


def sums(g):
    """A contraction of integers."""
    return MatMul()(Convert(DType.f32)(parameter(g, (5, 9))), RNG.integers(-9, 9, (9, 4)).astype(F32))


def test_a_bias_of_integers_joins_the_sums():
    def made(g):
        factor = np.asarray(0.06, F32)
        bias = Multiply()(Convert(DType.f32)(g.constant(np.array([4, -7, 0, 70000], np.int32))), factor)
        return Add()(Multiply()(sums(g), factor), bias)

    last = applied(FuseRequantization(), made).outputs[0].inputs[0]
    assert isinstance(last.op, Multiply)
    assert isinstance(last.node.inputs[0].op, Add)
    np.testing.assert_array_equal(last.node.inputs[0].node.inputs[1].constant, [4, -7, 0, 70000])


def test_two_scales_of_sums_are_one():
    last = applied(FuseRequantization(), lambda g: Divide()(Multiply()(sums(g), F32(0.06)), F32(0.7)))
    factor = last.outputs[0].inputs[0].node.inputs[1].constant
    assert factor == F32(0.06) / F32(0.7)


def test_a_bias_of_floats_stays():
    declined(FuseRequantization(), lambda g: Add()(Multiply()(sums(g), F32(0.06)), np.ones(4, F32)))
    other = np.asarray(0.05, F32)
    declined(
        FuseRequantization(),
        lambda g: Add()(
            Multiply()(sums(g), F32(0.06)), Multiply()(Convert(DType.f32)(g.constant(np.ones(4, np.int32))), other)
        ),
    )


def floats(g):
    return g.parameter("x", TensorType(DType.f32, (3, 7)))


def test_a_relu_that_saturation_repeats_is_dropped():
    found = applied(
        DropClampBeforeRounding(), lambda g: rounded_to_bytes(ReLU()(floats(g)), np.asarray(0.1, F32), -128, DType.i8)
    )
    assert not any(isinstance(node.op, ReLU) for node in found.order())


@pytest.mark.parametrize("activation", [ReLU(), Clamp(0, 6)])
def test_an_activation_that_bounds_stays(activation):
    zero = 5 if isinstance(activation, ReLU) else 0
    declined(
        DropClampBeforeRounding(),
        lambda g: rounded_to_bytes(activation(floats(g)), np.asarray(0.1, F32), zero, DType.u8),
    )


SCALE = np.asarray(0.03, F32)
MOVED = {
    "nothing": lambda x: x,
    "maximum": MaxPool((2, 2), (0, 0), (0, 0), (2, 2)),
    "transpose": lambda x: Transpose()(x, np.array([0, 2, 3, 1])),
    "view": lambda x: Reshape()(x, np.array([2, -1])),
    "joined": lambda x: Concat(1)(x, x),
}


@pytest.mark.parametrize("name", MOVED)
def test_movements_of_bytes(name):
    found = applied(MoveBytes(), lambda g: rounded_to_bytes(MOVED[name](scaled(parameter(g))), SCALE, 7, DType.u8))
    assert not any(isinstance(node.op, Round | Divide | Multiply) for node in found.order())


def test_another_scale_is_no_movement():
    for scale, zero in ((0.04, 7), (0.03, 8)):
        declined(
            MoveBytes(),
            lambda g, s=scale, z=zero: rounded_to_bytes(scaled(parameter(g)), np.asarray(s, F32), z, DType.u8),
        )


def test_levels_in_front_of_a_contraction_are_bytes():
    def made(g):
        x = g.parameter("x", TensorType(DType.f32, (5, 9)))
        levels = FakeQuantize(256)(x, *map(F32, (-1.28, 1.27, -1.28, 1.27)))
        return MatMul()(levels, weights(g, (9, 8), np.asarray(0.1, F32)))

    found = applied(DecomposeFakeQuantize(), made, tolerance=1e-5)
    rounded = next(v for n in found.order() for v in n.outputs if n.op.type == "Convert" and v.type.dtype is DType.u8)
    assert quantization(rounded).zero == 128
    assert scaled_bytes(rounded.uses[0][0].outputs[0].uses[0][0].outputs[0].uses[0][0].outputs[0]) is not None


def test_weights_that_the_model_quantises_are_known():
    g = graph_of(lambda g: scaled(parameter(g)))
    array = g.constant(np.array([[0.1, -0.2, 0.31]], F32))
    value = scaled(rounded_to_bytes(array, np.asarray(0.1, F32), 3, DType.u8), 0.1, 3)
    integers, scales = scaled_constant(value)
    np.testing.assert_array_equal(integers, [[1, -2, 3]])
    assert (scales == F32(0.1)).all()


def test_the_pipeline_keeps_integers():
    """A network of two quantised convolutions: contractions of integers, whose scales no pass folds back."""

    def made(g):
        x = scaled(parameter(g, (1, 4, 6, 6)))
        y = Convolution(ONE, ONE, ONE, ONE)(x, weights(g, (8, 4, 3, 3), EACH))
        q = rounded_to_bytes(ReLU()(y), np.asarray(0.5, F32), 0, DType.u8)
        return Convolution(ONE, NONE, NONE, ONE)(scaled(q, 0.5, 0), weights(g, (5, 8, 1, 1), np.asarray(0.1, F32)))

    graph = graph_of(made)
    feeds = {"x": RNG.integers(0, 255, (1, 4, 6, 6)).astype(np.uint8)}
    before = next(iter(interpret(graph, feeds).values()))
    run_pipeline(graph, default_pipeline())
    for node in graph.order():
        if isinstance(node.op, Convolution):
            w = node.inputs[1].constant
            assert np.array_equal(w, np.rint(w))
    np.testing.assert_allclose(next(iter(interpret(graph, feeds).values())), before, rtol=1e-5, atol=1e-4)
    assert not any(isinstance(node.op, ReLU) for node in graph.order())
