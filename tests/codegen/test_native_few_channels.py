"""Contractions with few output channels (vectors of pixels), and transposed convolutions whose phases are channels."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from dldt.codegen.host import resolve_target
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import cpu
from tests.codegen.native import run_emulated, run_native
from tests.codegen.qemu import require_emulator

LEVELS = ("host", "x86-64-v3", "x86-64-v2", "aarch64")


def graph_of(x, make):
    graph = Graph("few")
    value = graph.parameter("x", TensorType(DType.f32, x.shape))
    graph.result(make(ops.ReLU()(value)), "y")
    return graph


def run(graph, x, level, folder):
    target = TARGETS["aarch64"] if level == "aarch64" else resolve_target(level)
    if level == "aarch64":
        require_emulator(target)
        return run_emulated(graph, {"x": x}, target, folder)["y"]
    missing = cpu.missing(list(target.features))
    if missing:
        pytest.skip(f"this processor lacks {', '.join(sorted(missing))}")
    return run_native(graph, {"x": x}, target, folder, threads=2)["y"]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("channels", "stride", "size"),
    [(1, (2, 2), (9, 7)), (2, (2, 2), (5, 21)), (24, (2, 3), (6, 5)), (5, (3, 1), (4, 4))],
)
def test_kernel_equals_stride(level, channels, stride, size, tmp_path):
    rng = np.random.default_rng(5)
    x = rng.standard_normal((2, 40, *size), np.float32)
    w = rng.standard_normal((40, channels, *stride), np.float32)
    bias = rng.standard_normal((1, channels, 1, 1), np.float32)
    graph = graph_of(
        x,
        lambda v: ops.Sigmoid()(
            ops.Add()(ops.ConvolutionBackpropData(stride, (0, 0), (0, 0), (1, 1))(v, w * np.float32(0.1)), bias)
        ),
    )
    products = np.einsum("nkij,kcab->nciajb", np.maximum(x, 0).astype("f8"), w * 0.1)
    wanted = products.reshape(2, channels, size[0] * stride[0], size[1] * stride[1]) + bias
    np.testing.assert_allclose(run(graph, x, level, tmp_path), 1 / (1 + np.exp(-wanted)), atol=2e-6)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("channels", "kernel", "stride", "size"),
    [(1, 1, 1, (11, 13)), (4, 1, 1, (3, 40)), (3, 3, 1, (10, 33)), (2, 3, 2, (9, 50)), (1, 5, 1, (6, 6))],
)
def test_few_output_channels(level, channels, kernel, stride, size, tmp_path):
    rng = np.random.default_rng(6)
    pad = kernel // 2
    x = rng.standard_normal((2, 33, *size), np.float32)
    w = rng.standard_normal((channels, 33, kernel, kernel), np.float32)
    bias = rng.standard_normal((1, channels, 1, 1), np.float32)
    other = rng.standard_normal((1, 1, 1, -(-size[1] // stride)), np.float32)
    convolution = ops.Convolution((stride, stride), (pad, pad), (pad, pad), (1, 1))
    graph = graph_of(x, lambda v: ops.Multiply()(ops.Add()(convolution(v, w), bias), other))
    padded = np.pad(np.maximum(x, 0).astype("f8"), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, (kernel, kernel), (2, 3))[:, :, ::stride, ::stride]
    wanted = (np.einsum("nkijab,ckab->ncij", windows, w) + bias) * other
    np.testing.assert_allclose(run(graph, x, level, tmp_path), wanted, atol=3e-5 * np.abs(wanted).max())
