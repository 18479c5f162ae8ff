"""Long rows between products of constant matrices lie a little apart, and nobody else sees it."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.target import TARGETS
from dldt.codegen.task.task import Compute
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.native import run_native
from tests.codegen.program_of import program_of

RNG = np.random.default_rng(11)
FIRST, SECOND = (RNG.standard_normal(s).astype(np.float32) for s in ((20, 512), (512, 24)))


def two_layers(*, watched: bool) -> Graph:
    """x·A, ReLU, ·B; ``watched``: an output shows what lies between."""
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.f32, (3, 7, 20)))
    hidden = ops.ReLU()(ops.MatMul()(x, FIRST))
    graph.result(ops.MatMul()(hidden, SECOND), "y")
    if watched:
        graph.result(ops.Negative()(hidden), "hidden")
    return graph


@pytest.mark.parametrize("watched", [False, True])
def test_only_products_see_gaps(watched):
    tasks = program_of(two_layers(watched=watched), TARGETS["x86-64-v4"]).tasks
    first = next(task for task in tasks if isinstance(task, Compute))
    assert first.output.layout.gap == (0 if watched else 16)
    assert first.output.bytes == 3 * 7 * (512 + first.output.layout.gap) * 4


@pytest.mark.parametrize("level", ["x86-64-v2", "host"])
def test_results(level, tmp_path):
    data = RNG.standard_normal((3, 7, 20)).astype(np.float32)
    got = run_native(two_layers(watched=False), {"x": data}, resolve_target(level), tmp_path)["y"]
    np.testing.assert_allclose(got, np.maximum(data @ FIRST, 0) @ SECOND, rtol=1e-4, atol=1e-4)
