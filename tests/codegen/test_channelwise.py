"""Channelwise convolutions of images in C order: these are copied to channel blocks, where register tiles sum them."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import assemble
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.integer_case import run

CASES = {
    "3x3": (ops.GroupConvolution((1, 1), (1, 1), (1, 1), (1, 1)), (2, 40, 9, 8), (40, 1, 1, 3, 3)),
    "7x7": (ops.GroupConvolution((1, 1), (3, 3), (3, 3), (1, 1)), (1, 35, 11, 12), (35, 1, 1, 7, 7)),
    "row": (ops.GroupConvolution((1,), (4,), (4,), (1,)), (1, 20, 31), (20, 1, 1, 9)),
    "transposed": (
        ops.GroupConvolutionBackpropData((2, 2), (0, 0), (0, 0), (1, 1)),
        (2, 40, 5, 6),
        (40, 1, 1, 2, 2),
    ),
    "transposed, overlapping": (
        ops.GroupConvolutionBackpropData((2, 2), (1, 1), (1, 1), (1, 1)),
        (1, 35, 5, 6),
        (35, 1, 1, 4, 4),
    ),
    "transposed row": (ops.GroupConvolutionBackpropData((3,), (1,), (0,), (1,)), (1, 20, 9), (20, 1, 1, 5)),
}


def case(name):
    op, *shapes = CASES[name]
    rng = np.random.default_rng(9)
    x, w = (rng.standard_normal(shape).astype(np.float32) for shape in shapes)
    graph = Graph("channelwise")
    graph.result(ops.ReLU()(op(graph.parameter("x", TensorType(DType.f32, x.shape)), w)), "y")
    return graph, x, np.maximum(op.evaluate(x.astype(np.float64), w.astype(np.float64)), 0)


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "x86-64-v2", "aarch64"])
@pytest.mark.parametrize("name", CASES)
def test_sums(name, level, tmp_path):
    graph, x, wanted = case(name)
    found = run(graph, {"x": x}, level, tmp_path)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 2e-6 * np.abs(wanted).max()


@pytest.mark.parametrize("name", CASES)
def test_register_tiles_carry_them_out(name):
    program = assemble(case(name)[0], resolve_target("x86-64-v3")).program
    families = {chosen.implementation.family for task in program.leaves() for chosen in task.chosen}
    assert "convolution" in families
