"""Quantising operations, against onnxruntime."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.frontends.onnx.importer import import_onnx
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from tests.codegen.integer_case import extremes
from tests.codegen.native import run_native
from tests.frontends.onnx_node import check, feeds_of, model_of, reference, save

RNG = np.random.default_rng(7)
U8, I8 = np.uint8, np.int8
F32 = np.float32


def scales(count, most=0.05):
    return RNG.uniform(most / 9, most, count).astype(F32)


@pytest.fixture
def same(tmp_path):
    """Whether a node gives what onnxruntime gives, interpreted as it is imported, and as native code."""

    def compare(op_type, inputs, *, opset, constants=(), outputs=1, domain="", units=0, **attributes):
        model = model_of(op_type, inputs, opset, constants, outputs, domain, **attributes)
        if not units:
            check(model, inputs, tmp_path)
        feeds = feeds_of(model, inputs)
        graph = import_onnx(save(model, tmp_path))
        run_pipeline(graph, default_pipeline())
        found = run_native(graph, feeds, resolve_target("host"), tmp_path)
        for node, want in zip(graph.outputs, reference(model, feeds), strict=True):
            got = found[node.name]
            assert got.dtype == want.dtype
            if want.dtype.kind == "f":
                np.testing.assert_allclose(got, want, rtol=1e-6)
            else:
                assert np.abs(got.astype(np.int64) - want).max() <= units

    return compare


DATA = (RNG.standard_normal((2, 5, 7)) * 4).astype(F32)
DATA[0, 0, :4] = [0.5, 1.5, 2.5, -0.5]
CHANNELS = scales(5)


@pytest.mark.parametrize("opset", [10, 13, 19, 21, 23])
@pytest.mark.parametrize("zero", [U8(0), U8(131), I8(0), I8(-7), None], ids=str)
def test_quantize(same, opset, zero):
    same("QuantizeLinear", [DATA, F32(1), *([] if zero is None else [zero])], opset=opset, constants=(1, 2))
    same("QuantizeLinear", [DATA, F32(0.037), *([] if zero is None else [zero])], opset=opset, constants=(1, 2))


@pytest.mark.parametrize("axis", [1, -2])
def test_quantize_along_an_axis(same, axis):
    zero = RNG.integers(0, 255, 5).astype(U8)
    same("QuantizeLinear", [DATA, CHANNELS, zero], opset=13, constants=(1, 2), axis=axis)


@pytest.mark.parametrize("dtype", [U8, I8])
def test_scales_that_are_computed(same, dtype):
    same("QuantizeLinear", [DATA, F32(0.1), dtype(3)], opset=13)
    same("DequantizeLinear", [extremes(dtype, (3, 9), 1), F32(0.1), dtype(3)], opset=13)


@pytest.mark.parametrize("opset", [10, 13, 21, 23])
@pytest.mark.parametrize("zero", [U8(131), I8(-7), np.int32(0), None], ids=str)
def test_dequantize(same, opset, zero):
    x = extremes(U8 if zero is None else zero.dtype, (2, 5, 7), seed=3)
    same("DequantizeLinear", [x, F32(0.037), *([] if zero is None else [zero])], opset=opset, constants=(1, 2))


def test_dequantize_along_an_axis(same):
    x, zero = extremes(I8, (2, 5, 7), seed=3), RNG.integers(-100, 100, 5).astype(I8)
    same("DequantizeLinear", [x, CHANNELS, zero], opset=13, constants=(1, 2), axis=1)


@pytest.mark.parametrize("x", [DATA, np.abs(DATA) + 1, -np.abs(DATA) - 1, np.zeros((3, 4), F32)])
def test_quantize_by_the_range(same, x):
    same("DynamicQuantizeLinear", [x], opset=11, outputs=3)


CONVOLUTION = {
    "plain": (dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1]), (16, 8, 3, 3)),
    "strided": (dict(kernel_shape=[3, 3], strides=[2, 2], pads=[0, 1, 1, 0]), (16, 8, 3, 3)),
    "groups": (dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1], group=4), (16, 2, 3, 3)),
    "depthwise": (dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1], group=8), (8, 1, 3, 3)),
}


@pytest.mark.parametrize("name", CONVOLUTION)
@pytest.mark.parametrize(("data", "zero", "weights"), [(U8, 100, I8), (U8, 3, U8), (I8, -5, I8)])
def test_convolution_of_integers(same, name, data, zero, weights):
    attributes, shape = CONVOLUTION[name]
    x, w = extremes(data, (2, 8, 9, 7), seed=4), extremes(weights, shape, seed=5)
    if data is U8:  # onnxruntime has no other
        same("ConvInteger", [x, w, data(zero)], opset=10, constants=(1, 2), **attributes)
    zeros = np.zeros(shape[0], weights) if weights is I8 else weights(128)
    bias = RNG.integers(-9999, 9999, shape[0]).astype(np.int32)
    several = scales(shape[0]) if weights is I8 else scales(1)[0]
    inputs = [x, F32(0.02), data(zero), w, several, zeros, F32(0.7), data(20), bias]
    same("QLinearConv", inputs, opset=10, constants=tuple(range(1, 9)), **attributes)


@pytest.mark.parametrize(("data", "weights"), [(U8, I8), (U8, U8), (I8, I8)])
@pytest.mark.parametrize("shapes", [((5, 40), (40, 24)), ((2, 3, 40), (40, 24)), ((2, 5, 17), (2, 17, 9))])
@pytest.mark.parametrize("constant", [False, True])
def test_matmul_of_integers(same, data, weights, shapes, constant):
    a, b = extremes(data, shapes[0], seed=6), extremes(weights, shapes[1], seed=7)
    known = tuple(range(1, 8)) if constant else (1, 2, 4, 5, 6, 7)
    same("MatMulInteger", [a, b, data(9), weights(3)], opset=10, constants=(1, 2, 3) if constant else ())
    inputs = [a, F32(0.02), data(9), b, F32(0.03), weights(3), F32(0.9), data(20)]
    same("QLinearMatMul", inputs, opset=21, constants=known)


PAIR = [extremes(U8, (2, 6, 5), seed=8), F32(0.03), U8(100), extremes(U8, (2, 1, 5), seed=9), F32(0.05), U8(7)]


@pytest.mark.parametrize("name", ["QLinearAdd", "QLinearMul"])
def test_arithmetic_of_quantised_tensors(same, name):
    inputs = [*PAIR, F32(0.11), U8(90)]
    same(name, inputs, opset=17, constants=(1, 2, 4, 5, 6, 7), domain="com.microsoft", units=1)


@pytest.mark.parametrize("name", ["QLinearSigmoid", "QLinearLeakyRelu"])
def test_functions_of_quantised_tensors(same, name):
    inputs = [extremes(I8, (2, 6, 5), seed=8), F32(0.03), I8(-3), F32(0.01), I8(-100)]
    same(name, inputs, opset=17, constants=(1, 2, 3, 4), domain="com.microsoft", units=1)


def test_pooling_of_quantised_tensors(same):
    inputs = [extremes(U8, (2, 6, 5, 4), seed=8), F32(0.03), U8(100), F32(0.02), U8(90)]
    same("QLinearGlobalAveragePool", inputs, opset=17, constants=(1, 2, 3, 4), domain="com.microsoft", units=1)


def test_quantised_tensors_joined(same):
    inputs = [F32(0.04), U8(99), *PAIR]
    same("QLinearConcat", inputs, opset=17, constants=(0, 1, 3, 4, 6, 7), domain="com.microsoft", units=1, axis=1)
