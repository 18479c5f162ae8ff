"""What rewrites of arithmetic may change: each graph before and after all passes, against f64."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.graph import Graph, Value
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from tests.passes.check import f32, graph_of, i64
from tests.passes.far_from_zero import FAR_AWAY, SHAPE, C, convolved, data, widened

FACTOR = 4
"""A graph after the passes is no further from f64 than so many times the distance of the graph as it was."""


def _run(graph: Graph, x: np.ndarray) -> np.ndarray:
    (made,) = interpret(graph, {"x": x}).values()
    return made


def _errors(build, x: np.ndarray) -> tuple[float, float]:
    """The distance from f64, before and after the passes, relative to the largest result."""
    graph = graph_of(lambda g: build(g.parameter("x", f32(*x.shape))))
    wide = widened(build, x)
    before = _run(graph, x)
    run_pipeline(graph, default_pipeline(), verify=True)
    after = _run(graph, x)
    largest = np.abs(wide).max()
    return tuple(float(np.abs(made - wide).max() / largest) for made in (before, after))


@pytest.mark.parametrize("spread", [1.0, 0.01])
@pytest.mark.parametrize("name", FAR_AWAY)
def test_offsets_far_above_the_spread_cost_no_accuracy(name, spread):
    before, after = _errors(FAR_AWAY[name], data(spread))
    assert after <= FACTOR * before + 3e-7


def _floor(x: Value) -> Value:
    return ops.Floor()(x)


SEEN = {
    "a quotient": lambda x: _floor(ops.Divide()(x, C)),
    "rounded up": lambda x: ops.Ceiling()(ops.Divide()(x, C)),
    "rounded to even": lambda x: ops.Round()(ops.Divide()(x, C)),
    "cut off": lambda x: ops.Convert(DType.i32)(ops.Divide()(x, C)),
    "compared": lambda x: ops.GreaterEqual()(ops.Divide()(x, C), 3.0),
    "equal": lambda x: ops.Equal()(ops.Divide()(x, C), ops.Floor()(ops.Divide()(x, C))),
    "a remainder": lambda x: ops.FloorMod()(ops.Divide()(x, C), 1.0),
    "behind a sum": lambda x: _floor(ops.Add()(ops.Divide()(x, C), 0.5)),
    "behind a movement": lambda x: _floor(ops.Transpose()(ops.ReLU()(ops.Divide()(x, C)), i64(0, 2, 3, 1))),
    "two products": lambda x: _floor(ops.Multiply()(ops.Multiply()(x, 0.1), 10.0)),
    "a sum, then a product": lambda x: _floor(ops.Multiply()(ops.Add()(x, 0.1), C)),
    "two sums": lambda x: _floor(ops.Add()(ops.Add()(x, 0.1), 0.7)),
    "a scaled convolution": lambda x: _floor(ops.Multiply()(_whole(x), 0.1)),
    "a scaled input": lambda x: _floor(_whole(ops.Multiply()(x, 0.5))),
    "rounded by a large sum": lambda x: ops.Subtract()(ops.Add()(ops.Divide()(x, C), 12582912.0), 12582912.0),
    "a computed value, rounded so": lambda x: ops.Subtract()(ops.Add()(ops.Sqrt()(x), 12582912.0), 12582912.0),
}


def _whole(x: Value) -> Value:
    return ops.Convolution((1, 1), (0, 0), (0, 0), (1, 1))(x, np.ones((2, 4, 1, 1), np.float32))


@pytest.mark.parametrize("name", SEEN)
def test_what_shows_roundings_stays_exact(name):
    whole = np.arange(np.prod(SHAPE)).reshape(SHAPE) % 90
    x = (whole * C).astype(np.float32)
    for given in (x, whole.astype(np.float32)):
        graph = graph_of(lambda g: SEEN[name](g.parameter("x", f32(*SHAPE))))
        before = _run(graph, given)
        run_pipeline(graph, default_pipeline(), verify=True)
        np.testing.assert_array_equal(_run(graph, given), before)


NOT_ORDINARY = {
    "infinity": (lambda x: ops.Multiply()(convolved(x), np.float32(np.inf)), 0.0),
    "nan": (lambda x: ops.Multiply()(convolved(x), np.float32(np.nan)), 0.0),
    "an overflow": (lambda x: ops.Multiply()(ops.Multiply()(x, 1e30), 1e30), 1e-30),
    "an underflow": (lambda x: ops.Multiply()(ops.Multiply()(x, 1e-30), 1e-30), 1e30),
    "scaled weights that vanish": (lambda x: ops.Multiply()(convolved(x), np.float32(1e-44)), 1e30),
    "an infinite scale before": (lambda x: convolved(ops.Multiply()(x, np.float32(np.inf))), 0.0),
}


@pytest.mark.parametrize("name", NOT_ORDINARY)
def test_factors_that_are_no_ordinary_numbers_stay_apart(name):
    build, size = NOT_ORDINARY[name]
    x = np.full(SHAPE, size, np.float32)
    graph = graph_of(lambda g: build(g.parameter("x", f32(*SHAPE))))
    with np.errstate(all="ignore"):
        before = _run(graph, x)
        run_pipeline(graph, default_pipeline(), verify=True)
        np.testing.assert_allclose(_run(graph, x), before, rtol=1e-6)
