"""Convolutions over one or three axes: they become such over two, with what stands behind them, and give the same."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import assemble
from dldt.codegen.plan.planar import make_planar
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.integer_case import run

ONE, NONE = (1, 1, 1), (0, 0, 0)


def dense(strides=ONE, pads=ONE, dilations=ONE, **more):
    return ops.Convolution(strides, pads, more.pop("ends", pads), dilations, **more)


def spread(strides, pads=NONE, **more):
    return ops.ConvolutionBackpropData(strides, pads, pads, (1,) * len(strides), **more)


CASES = {
    "3x3x3": (dense(), (1, 8, 5, 7, 9), (20, 8, 3, 3, 3)),
    "images": (dense(), (2, 16, 4, 6, 7), (16, 16, 3, 3, 3)),
    "one channel": (dense(), (1, 1, 6, 17, 18), (8, 1, 3, 3, 3)),
    "stride": (dense((2, 2, 1)), (1, 6, 7, 9, 8), (10, 6, 3, 3, 3)),
    "dilated": (dense(ONE, (2, 1, 2), (2, 1, 2)), (1, 5, 7, 6, 8), (9, 5, 3, 3, 3)),
    "uneven": (dense(ONE, (1, 0, 1), ends=(0, 1, 2)), (1, 5, 6, 6, 6), (7, 5, 2, 3, 4)),
    "same": (dense((2, 1, 2), NONE, auto_pad="same_upper"), (1, 5, 6, 6, 7), (7, 5, 3, 3, 3)),
    "planes": (dense(ONE, (0, 1, 1)), (2, 12, 4, 6, 7), (17, 12, 1, 3, 3)),
    "every other plane": (dense((2, 1, 1), (0, 1, 1)), (1, 12, 5, 6, 7), (17, 12, 1, 3, 3)),
    "points": (dense(ONE, NONE), (2, 12, 4, 6, 7), (17, 12, 1, 1, 1)),
    "depth alone": (dense((2, 1, 1), (1, 0, 0)), (2, 12, 6, 5, 7), (17, 12, 3, 1, 1)),
    "groups": (ops.GroupConvolution(ONE, ONE, ONE, ONE), (2, 12, 5, 6, 7), (3, 5, 4, 3, 3, 3)),
    "depthwise": (ops.GroupConvolution(ONE, ONE, ONE, ONE), (1, 6, 5, 6, 7), (6, 1, 1, 3, 3, 3)),
    "transposed lines": (spread((2,), (1,), output_padding=(1,)), (2, 12, 9), (12, 7, 4)),
    "transposed lines in groups": (
        ops.GroupConvolutionBackpropData((3,), (0,), (0,), (1,)),
        (1, 12, 9),
        (4, 3, 5, 3),
    ),
    "transposed planes": (spread((2, 2, 2)), (2, 9, 3, 4, 5), (9, 7, 2, 2, 2)),
    "transposed, planes apart": (spread((3, 2, 2), (0, 1, 1)), (1, 9, 3, 4, 5), (9, 7, 3, 4, 4)),
    "transposed in groups": (
        ops.GroupConvolutionBackpropData((2, 1, 1), (0, 1, 1), (0, 1, 1), ONE),
        (2, 12, 3, 4, 5),
        (3, 4, 5, 2, 3, 3),
    ),
    "transposed, planes overlap": (spread((2, 2, 2), ONE), (1, 5, 3, 4, 5), (5, 4, 3, 3, 3)),
}
ERROR = 3e-5
"""Of the largest value: as of convolutions over two axes, some of which are Winograd's."""
LEFT = {"depthwise", "transposed, planes overlap"}
"""Those that loops carry out."""


def numbers(*shapes):
    rng = np.random.default_rng(7)
    return [rng.standard_normal(shape).astype(np.float32) for shape in shapes]


def graph_of(op, x, w):
    """A bias and a ReLU stand behind the convolution."""
    graph = Graph("planar")
    data = graph.parameter("x", TensorType(DType.f32, x.shape))
    made = op(data, w)
    bias = bias_of(made.type.shape)
    graph.result(ops.ReLU()(ops.Add()(made, bias)), "y")
    return graph


def bias_of(shape):
    return np.linspace(-1, 1, shape[1], dtype=np.float32).reshape(1, -1, *[1] * (len(shape) - 2))


def exact(op, x, w):
    made = op.evaluate(x.astype(np.float64), w.astype(np.float64))
    return np.maximum(made + bias_of(made.shape), 0)


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "aarch64"])
@pytest.mark.parametrize("name", CASES)
def test_sums(name, level, tmp_path):
    op, *shapes = CASES[name]
    x, w = numbers(*shapes)
    found = run(graph_of(op, x, w), {"x": x}, level, tmp_path)
    wanted = exact(op, x, w)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= ERROR * np.abs(wanted).max()


@pytest.mark.parametrize("name", CASES)
def test_register_tiles_carry_them_out_with_what_stands_behind(name):
    op, *shapes = CASES[name]
    program = assemble(graph_of(op, *numbers(*shapes)), resolve_target("x86-64-v3"))
    families = {task.name: {c.implementation.family for c in task.chosen} for task in program.program.leaves()}
    contracting = {family for found in families.values() for family in found} & {"convolution", "winograd"}
    assert bool(contracting) == (name not in LEFT)


@pytest.mark.parametrize("name", sorted({*CASES} - LEFT))
def test_what_stands_behind_stands_before_the_transposition(name):
    op, *shapes = CASES[name]
    order = [node.op.type for node in make_planar(graph_of(op, *numbers(*shapes))).order()]
    assert order.index("ReLU") < max(k for k, kind in enumerate(order) if kind in ("Transpose", "Reshape"))


def test_transpositions_between_two_meet():
    graph = Graph("two")
    data = graph.parameter("x", TensorType(DType.f32, (1, 4, 5, 6, 7)))
    (first, second) = numbers((8, 4, 1, 3, 3), (4, 8, 1, 3, 3))
    op = dense(ONE, (0, 1, 1))
    graph.result(op(ops.ReLU()(op(data, first)), second), "y")
    kinds = [node.op.type for node in make_planar(graph).order()]
    assert kinds.count("Transpose") == 2
    assert kinds.count("Convolution") == 2


def test_filters_that_are_not_known_stay():
    graph = Graph("free")
    data = graph.parameter("x", TensorType(DType.f32, (1, 4, 5, 6, 7)))
    weights = graph.parameter("w", TensorType(DType.f32, (4, 4, 3, 3, 3)))
    graph.result(dense()(data, weights), "y")
    assert make_planar(graph) is graph
