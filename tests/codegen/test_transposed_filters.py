"""Transposed convolutions whose filters are computed: packed phase by phase, summed by register tiles."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.loop.packed_deconvolution import PackedDeconvolution
from dldt.codegen.pipeline import assemble
from dldt.codegen.plan.transposed_filters import pack_transposed_filters
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType, TensorType
from tests.codegen.integer_case import run
from tests.codegen.native import run_native
from tests.codegen.test_computed_filters import check, exact, graph_of, numbers

ONE = (1, 1)


def dense(stride, begin=0, end=0, extra=0):
    return ops.ConvolutionBackpropData((stride,) * 2, (begin,) * 2, (end,) * 2, ONE, output_padding=(extra,) * 2)


CASES = {
    "kernel is stride": (dense(2), (1, 24, 6, 7), (24, 20, 2, 2)),
    "overlapping": (dense(2, 1, 1), (2, 20, 5, 9), (20, 33, 4, 4)),
    "stride one": (dense(1, 1, 0), (1, 16, 5, 6), (16, 24, 3, 3)),
    "uneven": (
        ops.ConvolutionBackpropData((3, 2), (0, 2), (1, 1), ONE),
        (1, 16, 4, 5),
        (16, 40, 6, 4),
    ),
    "groups": (
        ops.GroupConvolutionBackpropData((2, 2), ONE, ONE, ONE),
        (2, 32, 5, 6),
        (2, 16, 24, 4, 2),
    ),
    "odd kernel": (dense(2, 1, 1, 1), (1, 17, 6, 5), (17, 16, 3, 3)),
    "odd in one direction": (
        ops.GroupConvolutionBackpropData((2, 3), (1, 0), ONE, ONE),
        (2, 32, 5, 4),
        (2, 16, 24, 5, 4),
    ),
    "stride above kernel": (dense(3, 0, 0, 1), (1, 16, 4, 5), (16, 16, 2, 2)),
    "line": (ops.ConvolutionBackpropData((2,), (1,), (1,), (1,)), (1, 20, 19), (20, 24, 6)),
}

LEVELS = [("host", name) for name in CASES] + [
    (level, name) for level in ("x86-64-v3", "aarch64") for name in ("odd kernel", "uneven")
]


@pytest.mark.parametrize(("level", "name"), LEVELS)
def test_sums(name, level, tmp_path):
    op, *shapes = CASES[name]
    x, w = numbers(np.float32, *shapes)
    found = run(graph_of(op, x, w), {"x": x, "w": w}, level, tmp_path)
    check(found, exact(op, x, w), 2e-6)


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("name", CASES)
def test_infinite_data_stays_infinite(name, tmp_path):
    op, *shapes = CASES[name]
    x, w = numbers(np.float32, *shapes)
    x[0, 3, 2] = np.inf
    found = run(graph_of(op, x, w), {"x": x, "w": w}, "host", tmp_path)
    expected = exact(op, x, w)
    finite = np.isfinite(expected)
    assert np.isinf(expected).any()
    np.testing.assert_array_equal(found[~finite], expected[~finite].astype(np.float32))
    check(found[finite], expected[finite], 2e-6)


@pytest.mark.parametrize(("dtype", "error"), [(np.float64, 1e-14), (np.float16, 2.0**-10)])
def test_other_types(dtype, error, tmp_path):
    op, *shapes = CASES["overlapping"]
    x, w = numbers(dtype, *shapes)
    found = run(graph_of(op, x, w), {"x": x, "w": w}, "host", tmp_path)
    check(found.astype(np.float64), exact(op, x, w), error)


@pytest.mark.parametrize("name", CASES)
def test_register_tiles_sum(name):
    op, *shapes = CASES[name]
    made = assemble(graph_of(op, *numbers(np.float32, *shapes)), TARGETS["x86-64-v4"])
    families = [chosen.implementation.family for leaf in made.program.leaves() for chosen in leaf.chosen]
    assert "convolution" in families


@pytest.mark.parametrize("name", CASES)
def test_the_packed_operation_is_the_transposed_convolution(name):
    op, *shapes = CASES[name]
    x, w = numbers(np.float64, *shapes)
    made = pack_transposed_filters(graph_of(op, x, w), TARGETS["x86-64-v3"])
    assert any(isinstance(node.op, PackedDeconvolution) for node in made.order())
    check(interpret(made, {"x": x, "w": w})["y"], exact(op, x, w), 1e-14)


def test_free_sizes(tmp_path):
    op = dense(2, 1, 1)
    graph = Graph("free")
    x = graph.parameter("x", TensorType(DType.f32, (symbol("N"), 20, symbol("H"), symbol("W"))))
    graph.result(op(x, graph.parameter("w", TensorType(DType.f32, (20, 33, 4, 4)))), "y")
    for size in ((1, 20, 5, 30), (2, 20, 7, 3)):
        data, w = numbers(np.float32, size, (20, 33, 4, 4))
        found = run_native(graph.copy(), {"x": data, "w": w}, resolve_target("host"), tmp_path)["y"]
        check(found, op.evaluate(data.astype(np.float64), w.astype(np.float64)), 2e-6)
