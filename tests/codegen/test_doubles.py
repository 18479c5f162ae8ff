"""Contractions of doubles: the register tiles of floats, with two registers for each vector."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.object.object import compile_modules
from dldt.codegen.pipeline import assemble
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.integer_case import run
from tests.codegen.test_halves import CASES, convolution, grouped, product, sums_of_groups
from tests.codegen.test_micro import ALLOWED, MULTIPLY_ADDS, SPILLS, inner_loops

LEVELS = ["host", *TARGETS]


def depthwise(x, w):
    """Its data must lie in channel blocks: another kernel makes them."""
    return grouped(ops.ReLU()(x), w)


MORE = {
    "depthwise": (
        depthwise,
        *CASES["depthwise"][1:3],
        lambda x, w: sums_of_groups(np.maximum(x, 0), w),
    ),
    "few outputs": (convolution, (1, 32, 6, 40), (2, 32, 3, 3), lambda x, w: sums_of_groups(x, w[None])),
}


def numbers(*shapes):
    rng = np.random.default_rng(5)
    return [rng.standard_normal(shape) for shape in shapes]


def graph_of(operation, x, w, *, constant=True):
    graph = Graph("doubles")
    data = graph.parameter("x", TensorType(DType.f64, x.shape))
    weights = graph.constant(w) if constant else graph.parameter("w", TensorType(DType.f64, w.shape))
    graph.result(ops.Add()(operation(data, weights), np.float64(0.5)), "y")
    return graph


def check(found, exact):
    assert found.dtype == np.float64
    assert found.shape == exact.shape
    assert np.abs(found - exact).max() <= 1e-14 * np.abs(exact).max()


def rows_of(graph, target):
    return {str(c.implementation.arithmetic) for leaf in assemble(graph, target).program.leaves() for c in leaf.chosen}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", CASES | MORE)
def test_sums(name, level, tmp_path):
    operation, *shapes, define = (CASES | MORE)[name]
    x, w = numbers(*shapes)
    graph = graph_of(operation, x, w)
    if level != "host":
        assert "f64" in rows_of(graph.copy(), TARGETS[level])
    check(run(graph, {"x": x}, level, tmp_path), define(x, w) + 0.5)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("shapes", [((5, 64), (64, 33)), ((2, 3, 40, 50), (2, 1, 50, 24)), ((70, 512), (512, 40))])
def test_products_of_two_computed_matrices(shapes, transposed, level, tmp_path):
    x, w = numbers(*shapes)
    given = np.ascontiguousarray(np.swapaxes(w, -1, -2)) if transposed else w
    graph = graph_of(ops.MatMul(False, transposed), x, given, constant=False)
    if level != "host":
        assert "f64" in rows_of(graph.copy(), TARGETS[level])
    check(run(graph, {"x": x, "w": given}, level, tmp_path), x @ w + 0.5)


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "aarch64"])
def test_free_sizes(level, tmp_path):
    rng = np.random.default_rng(2)
    w = rng.standard_normal((20, 24, 3, 3))
    graph = Graph("free")
    x = graph.parameter("x", TensorType(DType.f64, (symbol("N"), 24, symbol("H"), symbol("W"))))
    graph.result(convolution(x, graph.constant(w)), "y")
    data = rng.standard_normal((2, 24, 7, 19))
    check(run(graph, {"x": data}, level, tmp_path), sums_of_groups(data, w[None]))


@pytest.mark.parametrize("level", ["x86-64-v3", "x86-64-v4", "aarch64"])
@pytest.mark.parametrize("constant", [False, True])
def test_no_accumulator_is_spilled(constant, level):
    target = TARGETS[level]
    x, w = numbers((64, 100), (96, 100))
    graph = graph_of(product, x, w, constant=constant)
    codes = compile_modules(assemble(graph, target).modules, target, assembly=True)
    loops = [body for code in codes for body in inner_loops(code.assembly, target.arch)]
    assert loops
    for body in loops:
        spills = [line for line in body.splitlines() if SPILLS[target.arch].search(line)]
        assert len(spills) <= ALLOWED.get(level, 0) * len(MULTIPLY_ADDS[target.arch].findall(body)), "\n".join(spills)
