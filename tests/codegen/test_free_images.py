"""Convolutions of images of any size: one artifact, compared at many sizes with the operations' definitions."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.winograd import family
from dldt.codegen.pipeline import assemble, compile_graph
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType, TensorType
from dldt.runtime import cpu, load

LEVELS = ("host", "x86-64-v3", "x86-64-v2")
SIZES = [(1, 1), (2, 3), (3, 2), (7, 8), (8, 7), (15, 17), (17, 15), (5, 33), (33, 6), (4, 100), (13, 29), (9, 61)]
"""Rows and pixels of the images."""

CONVOLUTIONS = [
    # channels, outputs, kernel, strides, pads at the beginning, at the end, dilations, groups
    (24, 40, (1, 1), (1, 1), (0, 0), (0, 0), (1, 1), 1),
    (24, 40, (1, 1), (2, 2), (0, 0), (0, 0), (1, 1), 1),
    (24, 40, (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 1),
    (24, 40, (3, 3), (2, 2), (1, 1), (1, 1), (1, 1), 1),
    (24, 8, (5, 5), (1, 1), (2, 2), (2, 2), (1, 1), 1),
    (24, 17, (3, 3), (1, 1), (2, 2), (2, 2), (2, 2), 1),
    (24, 20, (2, 4), (2, 1), (0, 3), (1, 0), (1, 1), 1),
    (24, 24, (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 24),
    (24, 24, (3, 3), (2, 2), (1, 1), (1, 1), (1, 1), 24),
    (24, 24, (5, 5), (1, 1), (2, 2), (2, 2), (1, 1), 24),
    (24, 24, (7, 7), (3, 2), (3, 3), (3, 3), (1, 1), 24),
    (24, 48, (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 3),
    (24, 2, (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 1),
    (24, 1, (1, 1), (1, 1), (0, 0), (0, 0), (1, 1), 1),
]


def convolved(graph, value, spec, rng):
    channels, outputs, kernel, strides, begin, end, dilations, groups = spec
    weights = rng.standard_normal((outputs, channels // groups, *kernel)).astype(np.float32) * np.float32(0.1)
    if groups == 1:
        return ops.Convolution(strides, begin, end, dilations)(value, graph.constant(weights))
    apart = weights.reshape(groups, outputs // groups, *weights.shape[1:])
    return ops.GroupConvolution(strides, begin, end, dilations)(value, graph.constant(apart))


def finished(graph, value, rng, residual=None):
    channels = value.type.shape[1]
    value = ops.Add()(value, graph.constant(rng.standard_normal((1, channels, 1, 1)).astype(np.float32)))
    if residual is not None:
        value = ops.Add()(value, residual)
    return ops.ReLU()(value)


def images(shape, specs, width=24):
    """Every convolution of a blocked image, with what follows it; residuals where the shape is kept."""
    graph, rng = Graph("images"), np.random.default_rng(7)
    x = graph.parameter("x", TensorType(DType.f32, shape))
    first = finished(graph, convolved(graph, x, (3, width, (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 1), rng), rng)
    graph.result(first, "first")
    for number, spec in enumerate(specs):
        value = convolved(graph, first, spec, rng)
        same = value.type.shape == first.type.shape
        value = finished(graph, value, rng, first if same else None)
        graph.result(finished(graph, convolved(graph, value, (spec[1], 16, *POINT), rng), rng), f"y{number}")
        if number % 3 == 0:
            graph.result(value, f"z{number}")
    return graph


POINT = ((1, 1), (1, 1), (0, 0), (0, 0), (1, 1), 1)


def check(build, level, folder, sizes, threads=2, limit=1e-5):
    """The model of ``build``, compiled once with free batch, rows and pixels, at every size."""
    target = resolve_target(level)
    if cpu.missing(list(target.features)):
        pytest.skip(f"this processor lacks features of {level}")
    free = (symbol("N", 1), 3, symbol("H", 1), symbol("W", 1))
    compile_graph(build(free), folder / "model.so", target)
    with load(folder / "model.so", threads=threads) as model:
        for number, (rows, pixels) in enumerate(sizes):
            x = np.random.default_rng(number).standard_normal((1 + number % 2, 3, rows, pixels)).astype(np.float32)
            wanted = interpret(build(x.shape), {"x": x})
            found = model.run({"x": x})
            for name, value in wanted.items():
                assert found[name].shape == value.shape
                error = np.abs(found[name] - value).max() / np.abs(value).max()
                assert error < limit, f"{name} at {rows}x{pixels}"


@pytest.mark.parametrize("level", LEVELS)
def test_convolutions(level, tmp_path):
    sizes = [(rows, pixels) for rows, pixels in SIZES if rows > 1]
    check(lambda shape: images(shape, CONVOLUTIONS), level, tmp_path, sizes)


WINOGRAD = [
    (64, 64, (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 1),
    (64, 72, (3, 3), (1, 1), (0, 0), (0, 0), (1, 1), 1),
    (64, 64, (3, 3), (2, 2), (1, 1), (1, 1), (1, 1), 1),
    (64, 64, (5, 5), (1, 1), (2, 2), (2, 2), (1, 1), 1),
    (64, 64, (1, 7), (1, 1), (0, 3), (0, 3), (1, 1), 1),
    (64, 64, (7, 1), (1, 1), (3, 0), (3, 0), (1, 1), 1),
    (64, 64, (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 2),
]


@pytest.mark.parametrize("level", LEVELS)
def test_winograd(level, tmp_path, monkeypatch):
    monkeypatch.setattr(family, "GAIN", 1e-3)
    sizes = [(3, 4), (7, 9), (12, 17), (5, 30)]
    check(lambda shape: images(shape, WINOGRAD, 64), level, tmp_path, sizes, limit=3e-5)


def test_winograd_is_chosen_for_free_images():
    graph = images((1, 3, symbol("H", 1), symbol("W", 1)), WINOGRAD, 64)
    program = assemble(graph, TARGETS["x86-64-v4"]).program
    chosen = [chosen.implementation.family for leaf in program.leaves() for chosen in leaf.chosen]
    assert chosen.count("winograd") >= 4
    assert chosen.count("loops") == 0


DECONVOLUTIONS = [
    # outputs, kernel, strides, pads at the beginning, at the end, output padding, groups
    (24, (2, 2), (2, 2), (0, 0), (0, 0), (0, 0), 1),
    (2, (2, 2), (2, 2), (0, 0), (0, 0), (0, 0), 1),
    (20, (4, 4), (2, 2), (1, 1), (1, 1), (0, 0), 1),
    (24, (3, 3), (2, 2), (1, 1), (1, 1), (1, 1), 1),
    (17, (3, 5), (1, 3), (1, 2), (0, 1), (0, 0), 1),
    (24, (3, 3), (2, 1), (0, 1), (0, 1), (0, 0), 3),
]


def deconvolutions(shape):
    graph, rng = Graph("deconvolutions"), np.random.default_rng(7)
    x = graph.parameter("x", TensorType(DType.f32, shape))
    first = finished(graph, convolved(graph, x, (3, 24, (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 1), rng), rng)
    for number, (outputs, kernel, strides, begin, end, extra, groups) in enumerate(DECONVOLUTIONS):
        weights = rng.standard_normal((24, outputs // groups, *kernel)).astype(np.float32)
        settings = (strides, begin, end, (1, 1))
        if groups == 1:
            op = ops.ConvolutionBackpropData(*settings, output_padding=extra)
            value = op(first, graph.constant(weights))
        else:
            op = ops.GroupConvolutionBackpropData(*settings, output_padding=extra)
            value = op(first, graph.constant(weights.reshape(groups, 24 // groups, *weights.shape[1:])))
        value = finished(graph, value, rng)
        graph.result(value, f"y{number}")
        graph.result(finished(graph, convolved(graph, value, (outputs, 16, *POINT), rng), rng), f"z{number}")
    return graph


@pytest.mark.parametrize("level", LEVELS)
def test_deconvolutions(level, tmp_path):
    check(deconvolutions, level, tmp_path, SIZES[1:])


def others(shape):
    """Pooling, resizing, joining, transposing and matrix products of images."""
    graph, rng = Graph("others"), np.random.default_rng(7)
    x = graph.parameter("x", TensorType(DType.f32, shape))
    first = finished(graph, convolved(graph, x, (3, 24, (3, 3), (1, 1), (1, 1), (1, 1), (1, 1), 1), rng), rng)
    pools = [
        ops.MaxPool8((2, 2), (1, 1), (1, 1), (1, 1), (3, 3)),
        ops.MaxPool8((1, 2), (1, 1), (0, 0), (1, 1), (2, 2)),
        ops.AvgPool((2, 2), (1, 1), (1, 1), (3, 3), exclude_pad=True),
        ops.AvgPool((1, 1), (1, 1), (1, 1), (3, 3)),
    ]
    for number, op in enumerate(pools):
        for name, value in (("plain", x), ("blocks", first)):
            graph.result(op.all(value)[0], f"{name}{number}")
    joined = ops.Concat(1)(first, x, first)
    graph.result(finished(graph, convolved(graph, joined, (51, 20, *POINT), rng), rng), "joined")
    last = ops.Transpose()(first, graph.constant(np.array([0, 2, 3, 1])))
    graph.result(ops.MatMul()(last, graph.constant(rng.standard_normal((24, 40)).astype(np.float32))), "product")
    graph.result(ops.MatMul(transpose_b=True)(x, x), "square")
    sizes = (graph.constant(np.array([1, 1])), graph.constant(np.array([2, 2], np.float32)))
    for mode, where in (("nearest", "asymmetric"), ("linear_onnx", "half_pixel")):
        for name, value in (("plain", x), ("blocks", first)):
            op = ops.Interpolate(mode, "scales", where, nearest_mode="floor")
            graph.result(op(value, *sizes, graph.constant(np.array([2, 3]))), f"{mode}_{name}")
    return graph


@pytest.mark.parametrize("level", LEVELS)
def test_other_operations(level, tmp_path):
    check(others, level, tmp_path, SIZES[1:])
