"""Convolutions whose filters are computed, or are inputs of the model: packed at run time, summed by register tiles."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.loop.packed_convolution import PackedConvolution
from dldt.codegen.pipeline import assemble
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.integer_case import run
from tests.codegen.native import run_native

ONE = (1, 1)
LEVELS = ["host", *TARGETS]


def dense(stride=1, pad=1, dilation=1):
    return ops.Convolution((stride,) * 2, (pad,) * 2, (pad,) * 2, (dilation,) * 2)


def grouped(stride=1, pad=1):
    return ops.GroupConvolution((stride,) * 2, (pad,) * 2, (pad,) * 2, ONE)


CASES = {
    "3x3": (dense(), (2, 20, 9, 11), (33, 20, 3, 3)),
    "1x1": (dense(pad=0), (1, 37, 6, 7), (50, 37, 1, 1)),
    "many": (dense(), (1, 32, 12, 30), (96, 32, 3, 3)),
    "stride": (dense(2), (1, 16, 11, 9), (20, 16, 3, 3)),
    "dilated": (dense(1, 2, 2), (1, 16, 9, 9), (16, 16, 3, 3)),
    "few outputs": (dense(), (1, 24, 6, 40), (2, 24, 3, 3)),
    "groups": (grouped(), (1, 32, 7, 9), (2, 24, 16, 3, 3)),
    "small groups": (grouped(), (1, 24, 6, 7), (8, 3, 3, 3, 3)),
    "depthwise": (grouped(), (2, 40, 9, 8), (40, 1, 1, 3, 3)),
    "row": (ops.Convolution((2,), (1,), (1,), (1,)), (2, 20, 31), (24, 20, 5)),
    "column": (ops.Convolution(ONE, (2, 0), (2, 0), ONE), (1, 20, 17, 1), (24, 20, 5, 1)),
}


def numbers(dtype, *shapes):
    rng = np.random.default_rng(5)
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def graph_of(op, x, w):
    """The data come from another kernel, as in a network."""
    graph = Graph("computed")
    data, weights = (graph.parameter(n, TensorType(DType.of(v.dtype), v.shape)) for n, v in (("x", x), ("w", w)))
    graph.result(op(ops.ReLU()(data), weights), "y")
    return graph


def exact(op, x, w):
    return op.evaluate(np.maximum(x, 0).astype(np.float64), w.astype(np.float64))


def check(found, wanted, error):
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= error * np.abs(wanted).max()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", CASES)
def test_sums(name, level, tmp_path):
    op, *shapes = CASES[name]
    x, w = numbers(np.float32, *shapes)
    found = run(graph_of(op, x, w), {"x": x, "w": w}, level, tmp_path)
    check(found, exact(op, x, w), 2e-6)


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "aarch64"])
@pytest.mark.parametrize(("dtype", "error"), [(np.float64, 1e-14), (np.float16, 2.0**-10)])
@pytest.mark.parametrize("name", ["3x3", "groups", "depthwise"])
def test_other_types(name, dtype, error, level, tmp_path):
    op, *shapes = CASES[name]
    x, w = numbers(dtype, *shapes)
    found = run(graph_of(op, x, w), {"x": x, "w": w}, level, tmp_path)
    check(found.astype(np.float64), exact(op, x, w), error)


@pytest.mark.parametrize("level", TARGETS)
@pytest.mark.parametrize("name", CASES)
def test_register_tiles_sum(name, level):
    op, *shapes = CASES[name]
    made = assemble(graph_of(op, *numbers(np.float32, *shapes)), TARGETS[level])
    families = [chosen.implementation.family for leaf in made.program.leaves() for chosen in leaf.chosen]
    assert families.count("convolution") == (name != "depthwise")


def test_free_sizes(tmp_path):
    op, target = dense(), resolve_target("host")
    graph = Graph("free")
    x = graph.parameter("x", TensorType(DType.f32, (symbol("N"), 20, symbol("H"), symbol("W"))))
    graph.result(op(x, graph.parameter("w", TensorType(DType.f32, (33, 20, 3, 3)))), "y")
    for size in ((1, 20, 5, 30), (2, 20, 17, 3)):
        data, w = numbers(np.float32, size, (33, 20, 3, 3))
        found = run_native(graph.copy(), {"x": data, "w": w}, target, tmp_path)["y"]
        check(found, op.evaluate(data.astype(np.float64), w.astype(np.float64)), 2e-6)


def test_what_computes_the_filters_packs_them(tmp_path):
    """A transposition and a scale: one kernel makes the packed filters, one sums."""
    op, (x, w) = dense(), numbers(np.float32, (1, 32, 8, 9), (3, 3, 32, 48))
    graph = Graph("computed")
    data, given = (graph.parameter(n, TensorType(DType.f32, v.shape)) for n, v in (("x", x), ("w", w)))
    scaled = ops.Multiply()(ops.Transpose()(given, np.array([3, 2, 0, 1])), np.float32(0.25))
    graph.result(ops.ReLU()(op(data, scaled)), "y")
    made = assemble(graph.copy(), TARGETS["x86-64-v4"])
    families = [chosen.implementation.family for leaf in made.program.leaves() for chosen in leaf.chosen]
    assert sorted(families) == ["convolution", "copy", "loops"]
    found = run_native(graph, {"x": x, "w": w}, resolve_target("host"), tmp_path)["y"]
    check(found, np.maximum(op.evaluate(x, w.transpose(3, 2, 0, 1) / 4), 0), 2e-6)


def test_the_packed_operation_is_the_convolution():
    op, *shapes = CASES["groups"]
    x, w = numbers(np.float32, *shapes)
    padded = np.pad(w, [(0, 0), (0, 4), (0, 0), (0, 0), (0, 0)])
    packed = np.moveaxis(padded.reshape(2, 4, 7, 16, 3, 3), 2, -1)
    made = PackedConvolution(op.strides, op.pads_begin, op.pads_end, op.dilations, op.auto_pad, filters=w.shape)
    np.testing.assert_array_equal(made.evaluate(x, packed), op.evaluate(x, w))
