"""Joins of channels over several images: parts that are whole channel blocks lie in the result."""

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

FREE = (symbol("N"), 16, symbol("H", 1), symbol("W", 1))


def convolved(graph, value, outputs, rng):
    shape = (outputs, value.type.shape[1], 3, 3)
    weights = rng.standard_normal(shape).astype(np.float32) * np.float32(0.1)
    return ops.ReLU()(ops.Convolution((1, 1), (1, 1), (1, 1), (1, 1))(value, graph.constant(weights)))


def joined(shape, widths=(32, 16, 24)):
    """Convolutions that are joined, each also read by another one; then one that reads the join."""
    graph, rng = Graph("joined"), np.random.default_rng(3)
    x = graph.parameter("x", TensorType(DType.f32, shape))
    first = convolved(graph, x, 32, rng)
    parts = [convolved(graph, first, width, rng) for width in widths]
    for number, part in enumerate(parts):
        graph.result(convolved(graph, part, 16, rng), f"part{number}")
    pooled = ops.MaxPool((1, 1), (1, 1), (1, 1), (3, 3))(parts[0])
    graph.result(convolved(graph, pooled, 16, rng), "pooled")
    inner = ops.Concat(1)(*parts)
    graph.result(convolved(graph, inner, 16, rng), "inner")
    outer = ops.Concat(1)(convolved(graph, first, 16, rng), inner)
    graph.result(convolved(graph, outer, 16, rng), "outer")
    return graph


def test_parts_lie_in_the_join():
    made = assemble(joined(FREE), TARGETS["x86-64-v4"])
    inside = [leaf.output for leaf in made.program.leaves() if leaf.output.parent is not None]
    assert sum(tensor.layout.blocks != 0 for tensor in inside) >= 4


@pytest.mark.parametrize("shape", [FREE, (3, 16, 9, 10)], ids=["free", "fixed"])
@pytest.mark.parametrize("level", ["host", "x86-64-v3"])
def test_joins_of_several_images(shape, level, tmp_path):
    compile_graph(joined(shape), tmp_path / "model.so", resolve_target(level))
    with load(tmp_path / "model.so", threads=2) as model:
        for fixed in ((3, 16, 9, 10), (1, 16, 5, 3), (4, 16, 20, 33)) if shape is FREE else (shape,):
            x = np.random.default_rng(1).standard_normal(fixed).astype(np.float32)
            found = model.run({"x": x})
            for name, wanted in interpret(joined(fixed), {"x": x}).items():
                assert np.abs(found[name] - wanted).max() < 3e-5 * np.abs(wanted).max(), name
