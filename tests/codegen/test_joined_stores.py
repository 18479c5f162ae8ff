"""Joins whose parts end within a channel block are written as vectors of two pieces."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import assemble, compile_graph
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load
from tests.codegen.test_joined_batches import convolved

FREE = (symbol("N"), 16, symbol("H", 1), symbol("W", 1))


def joined(shape):
    graph, rng = Graph("joined"), np.random.default_rng(3)
    x = graph.parameter("x", TensorType(DType.f32, shape))
    parts = [convolved(graph, x, width, rng) for width in (24, 24, 40)]
    graph.result(convolved(graph, ops.Concat(1)(*parts), 16, rng), "y")
    return graph


def test_the_parts_are_written_as_vectors():
    made = assemble(joined(FREE), TARGETS["x86-64-v4"])
    (join,) = [leaf for leaf in made.program.leaves() if leaf.name == "Concat"]
    assert len(join.chosen) >= 1
    for chosen in join.chosen:
        assert "Vectorize" in {type(step).__name__ for step in chosen.implementation.schedule}


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "x86-64-v2"])
def test_the_join_is_the_definition(level, tmp_path):
    compile_graph(joined(FREE), tmp_path / "model.so", resolve_target(level))
    with load(tmp_path / "model.so", threads=1) as model:
        for fixed in ((2, 16, 5, 7), (1, 16, 3, 2)):
            x = np.random.default_rng(1).standard_normal(fixed).astype(np.float32)
            (wanted,) = interpret(joined(fixed), {"x": x}).values()
            assert np.abs(model.run({"x": x})["y"] - wanted).max() < 3e-5 * np.abs(wanted).max()
