"""Sums of bytes that become bytes again: rounded to even, moved by a zero point and saturated, on every target."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.pipeline import compile_graph
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load
from tests.codegen.integer_case import LEVELS, Case, as_floats, extremes, run, target_of

CASES = {
    "one row of pixels": Case(16, 48, (7, 9)),
    "rows of few pixels": Case(16, 48, (4, 3), 3, pad=1),
    "rows of many pixels": Case(32, 32, (3, 31), 3, pad=1),
    "channels that fill no vector": Case(8, 20, (5, 6), 3),
    "groups": Case(64, 64, (5, 6), groups=4),
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_bytes(name, bounded, dtype, level, tmp_path):
    """Scales below 1 leave all sums within 32 bits."""
    case, zero = CASES[name], {np.uint8: 9, np.int8: -5}[dtype] * (len(name) % 2)
    rng = np.random.default_rng(len(name))
    x, w = extremes(np.uint8, (2, case.inputs, *case.size), seed=1), case.filters(-128, 127)
    bias = rng.integers(-999, 999, (1, case.outputs, 1, 1)).astype(np.float32)
    scale = rng.uniform(2e-5, 2e-3, bias.shape).astype(np.float32)
    scale.reshape(-1)[:5] = (0.99, -0.99, 0, 0.5, -0.5) if bounded else (1e30, -1e30, 3e4, 0.5, np.nan)
    found = run(requantized(case, dtype, w, bias, scale, zero), {"x": x}, level, tmp_path)
    with np.errstate(invalid="ignore"):
        rounded = np.rint((case.sums(x, w) + bias).astype(np.float32) * scale) + np.float32(zero)
    limits = np.iinfo(dtype)
    expected = np.clip(rounded, limits.min, limits.max)
    np.testing.assert_array_equal(found, np.where(np.isnan(expected), 0, expected).astype(dtype))


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "x86-64-v2"])
def test_images_of_any_size(level, tmp_path):
    """Images are copied to channel blocks and back; few pixels one by one."""
    case = Case(20, 24, (symbol("H"), symbol("W")), 3, pad=1)
    w, bias, scale = case.filters(-128, 127), np.zeros((1, 24, 1, 1), "f4"), np.full((1, 24, 1, 1), 1e-4, "f4")
    compile_graph(requantized(case, np.uint8, w, bias, scale, 0), tmp_path / "m.so", target_of(level))
    with load(tmp_path / "m.so", threads=2) as model:
        for size in [(1, 1), (3, 5), (4, 4), (1, 17), (31, 33), (40, 52)]:
            x = extremes(np.uint8, (2, 20, *size), seed=2)
            expected = np.rint(case.sums(x, w).astype(np.float32) * scale).clip(0, 255)
            np.testing.assert_array_equal(model.run({"x": x})["y"], expected.astype(np.uint8), str(size))


def requantized(case, dtype, w, bias, scale, zero):
    """A graph of a convolution whose sums are scaled and rounded."""
    graph, limits = Graph("requantized"), np.iinfo(dtype)
    x = graph.parameter("x", TensorType(DType.u8, (2, case.inputs, *case.size)))
    sums = ops.Add()(case.of(as_floats(x, 0), w), bias)
    rounded = ops.Round("half_to_even")(ops.Multiply()(sums, scale))
    moved = ops.Add()(rounded, np.float32(zero)) if zero else rounded
    bounded = ops.Clamp(float(limits.min), float(limits.max))(moved)
    graph.result(ops.Convert(DType.of(dtype))(bounded), "y")
    return graph
