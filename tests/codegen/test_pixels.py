"""Convolutions of few channels that lie side by side, pixel by pixel (NHWC): read where they are."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.winograd.choose import F2, F3, F4
from dldt.codegen.pipeline import assemble, compile_graph
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import cpu, load
from tests.codegen.winograd_case import force

SIZES = [
    # batch, height, width, channels, outputs, kernel, strides, pads, free batch
    (1, 24, 24, 3, 28, (3, 3), (1, 1), (0, 0), False),
    (2, 13, 10, 3, 40, (3, 3), (1, 1), (1, 1), False),
    (3, 9, 15, 4, 17, (3, 3), (1, 1), (1, 0), True),
    (1, 5, 2, 1, 32, (3, 3), (1, 1), (1, 1), False),
    (1, 20, 23, 3, 16, (5, 4), (2, 3), (2, 1), False),
    (1, 7, 7, 2, 9, (1, 1), (1, 1), (0, 0), False),
]


def model(size, *, shown=False) -> tuple[Graph, np.ndarray, np.ndarray]:
    """ReLU of a convolution behind a transposition, its input, and what it gives by the definition."""
    batch, height, width, channels, outputs, kernel, strides, pads, free = size
    rng = np.random.default_rng([height, width])
    x = rng.standard_normal((batch, height, width, channels)).astype(np.float32)
    w = rng.standard_normal((outputs, channels, *kernel)).astype(np.float32)
    graph = Graph("pixels")
    value = graph.parameter("x", TensorType(DType.f32, (symbol("N", 1) if free else batch, *x.shape[1:])))
    value = ops.Transpose()(value, np.array([0, 3, 1, 2], np.int64))
    if shown:
        graph.result(value, "seen")
    graph.result(ops.ReLU()(ops.Convolution(strides, pads, pads, (1, 1))(value, w)), "y")
    moved = x.transpose(0, 3, 1, 2).astype(np.float64)
    padded = np.pad(moved, ((0, 0), (0, 0), (pads[0], pads[0]), (pads[1], pads[1])))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel, (2, 3))[:, :, :: strides[0], :: strides[1]]
    return graph, x, np.maximum(np.einsum("nchwij,ocij->nohw", windows, w.astype(np.float64), optimize=True), 0)


def check(path, x: np.ndarray, wanted: np.ndarray) -> None:
    """Within rounding, and the same bits on one, two and three threads."""
    results = []
    for threads in (1, 2, 3):
        with load(path, threads=threads) as loaded:
            results.append(loaded.run({"x": x})["y"])
    assert np.abs(results[0] - wanted).max() <= 5e-6 * np.abs(wanted).max()
    assert all(np.array_equal(results[0], other) for other in results[1:])


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "x86-64-v2"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_transposition_is_left(size, level, tmp_path):
    target = resolve_target(level)
    if missing := cpu.missing(list(target.features)):
        pytest.skip(f"this processor lacks {', '.join(sorted(missing))}")
    graph, x, wanted = model(size)
    assert compile_graph(graph, tmp_path / "m.so", target).kernels <= 2  # a second one leaves the channel blocks
    check(tmp_path / "m.so", x, wanted)


@pytest.mark.parametrize("form", [F2, F3, F4], ids=["F2", "F3", "F4"])
@pytest.mark.parametrize("size", SIZES[:4], ids=str)
def test_winograd_sums_few_channels_where_it_transforms(size, form, tmp_path, monkeypatch):
    target = resolve_target("host")
    if not target.has_masks:
        pytest.skip("this processor reads no part of a vector")
    force(monkeypatch, form)
    graph, x, wanted = model(size)
    summary = compile_graph(graph, tmp_path / "m.so", target)
    assert [note.split(":")[0] for note in summary.notes] == ["1 convolution(s) by Winograd's algorithm"]
    check(tmp_path / "m.so", x, wanted)


def test_what_is_read_twice_is_transposed(tmp_path):
    graph, x, wanted = model(SIZES[0], shown=True)
    compile_graph(graph, tmp_path / "m.so", resolve_target("host"))
    with load(tmp_path / "m.so", threads=1) as loaded:
        found = loaded.run({"x": x})
    assert np.array_equal(found["seen"], x.transpose(0, 3, 1, 2))
    assert np.abs(found["y"] - wanted).max() <= 5e-6 * np.abs(wanted).max()


def test_one_vector_of_outputs_is_summed_directly():
    """Its transformed inputs would serve too few."""
    graph, *_ = model((1, 12, 12, 3, 10, (3, 3), (1, 1), (0, 0), False))
    (first, *_) = assemble(graph, TARGETS["x86-64-v4"]).calls.kernels
    assert first.implementation.algorithm.startswith("conv_f32")
