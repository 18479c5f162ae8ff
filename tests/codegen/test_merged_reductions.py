"""Reductions over adjacent axes as one, several vectors at a time, once a row."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Axis, Position, Reduce
from dldt.codegen.loop.lower.access import apply, position, read, reduce
from dldt.codegen.loop.merged_reductions import LONGEST_SUM, merged_reductions
from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.integer_case import run

LEVELS = ["host", "x86-64-v3", "x86-64-v2", "aarch64"]


def total(kind, shape, order=None, extra=None):
    axes = tuple(Axis(LoopVariable("r", number=k), size) for k, size in enumerate(shape))
    places = [position(axis) for axis in axes]
    order = order or range(len(shape))
    body = read(Buffer("x", DType.f32, tuple(shape[k] for k in order)))(tuple(places[k] for k in order))
    return reduce(kind, axes, body if extra is None else apply("add", body, extra(places)))


@pytest.mark.parametrize(
    ("expr", "extents"),
    [
        (total("sum", (3, 5, 7)), [105]),
        (total("sum", (3, 5, 7), (1, 0, 2)), [3, 5, 7]),
        (total("sum", (3, 5, 7), (0, 2, 1)), [3, 5, 7]),
        (total("sum", (5, LONGEST_SUM)), [5, LONGEST_SUM]),
        (total("max", (5, LONGEST_SUM)), [5 * LONGEST_SUM]),
        (total("sum", (3, 5), None, lambda at: Position(at[0], DType.f32)), [3, 5]),
    ],
    ids=["all", "rows apart", "turned", "long sum", "long maximum", "place"],
)
def test_axes_that_lie_side_by_side_are_one(expr, extents):
    made = merged_reductions(expr)
    assert isinstance(made, Reduce)
    assert [axis.extent for axis in made.axes] == extents


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("shape", [(3, 70, 129), (2, 9, 8), (1, 5, 1000), (6, 40, 2)], ids=str)
@pytest.mark.parametrize("axes", [(1, 2), (2,), (1,), (0,)], ids=str)
@pytest.mark.parametrize("kind", [ops.ReduceSum, ops.ReduceMax, ops.ReduceMin, ops.ReduceL2])
def test_every_element_counts_once(kind, axes, shape, level, tmp_path):
    x = np.random.default_rng(5).standard_normal(shape).astype(np.float32)
    if kind in (ops.ReduceMax, ops.ReduceMin):
        x[0, -1, -1] = np.nan
    graph = Graph("reduced")
    graph.result(kind(True)(graph.parameter("x", TensorType(DType.f32, shape)), np.array(axes)), "y")
    found = run(graph, {"x": x}, level, tmp_path)
    wanted = kind(True).evaluate(x.astype(np.float64), np.array(axes))
    np.testing.assert_allclose(found, wanted, rtol=2e-6, atol=2e-5)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("shape", [(2, 30000), (3, 1029)], ids=str)
def test_long_rows_are_cut_and_have_one_sum(shape, level, tmp_path):
    x = np.random.default_rng(6).standard_normal(shape).astype(np.float32)
    graph = Graph("rows")
    graph.result(ops.Softmax8(1)(graph.parameter("x", TensorType(DType.f32, shape))), "y")
    found = run(graph, {"x": x}, level, tmp_path)
    exact = np.exp(x.astype(np.float64) - x.max(1, keepdims=True))
    np.testing.assert_allclose(found, exact / exact.sum(1, keepdims=True), rtol=3e-6)
